package ec2

import (
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/cloudtest"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
)

const key = "SHA256:AAAA+/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

var template = hosts.Template{"size": "t3.small", "region": "eu-central-1", "firewall": true}

// start serves a cloud, and opens a provider of it that doesn't wait long.
func start(t *testing.T) (*cloud, *cloudtest.Server, *provider) {
	c := newCloud()
	s := cloudtest.New(t, c, requestName)
	return c, s, opened(t, s, goodKey)
}

func opened(t *testing.T, s *cloudtest.Server, keyID string) *provider {
	t.Helper()
	withoutEnvironment(t)
	variables := map[string]string{"AWS_ENDPOINT_URL_EC2": s.URL, "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": "secret"}
	p, err := open(hosts.ProviderSetup{
		Home: t.TempDir(), Variable: func(name string) string { return variables[name] }, Location: hosts.Location{Name: "eu", Template: template},
	}, time.Millisecond)
	assert.NilError(t, err)
	return p
}

func order() hosts.Order {
	return hosts.Order{Location: hosts.Location{Name: "eu", Template: template}, Name: "eu-1", UserData: "#cloud-config", HostKey: key}
}

func TestConformance(t *testing.T) {
	c, s, p := start(t)
	conformance.Providers(t, conformance.Cloud{
		Open:     func(*testing.T, hosts.Location) (hosts.Provider, error) { return p, nil },
		Template: template,
		Wrong: map[string]hosts.Template{
			"names no size": {},
			"ami-none":      {"size": "t3.small", "image": "ami-none"},
			"subnet-none":   {"size": "t3.small", "firewall": true, "network": "subnet-none"},
		},
		Limit: func(_ *testing.T, n int) { s.Locked(func() { c.limit = n }) },
		Lose:  func(*testing.T) { s.Next("RunInstances", cloudtest.Lose) },
		Many:  101,
	})
	for _, i := range c.instances {
		assert.Assert(t, i.state == "shutting-down" || i.state == "terminated")
	}
}

func TestRequestsForAMachine(t *testing.T) {
	_, s, p := start(t)
	o := order()
	m, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{
		"AuthorizeSecurityGroupIngress", "CreateSecurityGroup", "DescribeInstances", "DescribeSecurityGroups", "DescribeVpcs", "RunInstances",
	})
	_, err = p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"DescribeInstances"})
	assert.NilError(t, p.Delete(t.Context(), m))
	assert.DeepEqual(t, s.Seen(), []string{"TerminateInstances"})
	_, err = p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"DescribeInstances", "DescribeSecurityGroups", "DescribeVpcs", "RunInstances"})
	o.Location.Template = hosts.Template{"size": "t3.small"}
	o.Name = "eu-2"
	_, err = p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"DescribeInstances", "RunInstances"})
}

func TestWhatIsAskedFor(t *testing.T) {
	c, _, p := start(t)
	o := order()
	o.Location.Template = hosts.Template{
		"size": "t3.small", "image": "ami-1", "zone": "eu-central-1a", "network": "subnet-1", "user": "admin",
		"disk": 40.0, "root-device": "/dev/xvda", "security-groups": []string{"sg-9"}, "firewall": true,
	}
	m, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	for name, want := range map[string]string{
		"ImageId": "ami-1", "InstanceType": "t3.small", "MinCount": "1", "MaxCount": "1", "UserData": "I2Nsb3VkLWNvbmZpZw==",
		"Placement.AvailabilityZone": "eu-central-1a", "SubnetId": "subnet-1", "SecurityGroupId.1": "sg-9", "SecurityGroupId.2": "sg-1",
		"BlockDeviceMapping.1.DeviceName": "/dev/xvda", "BlockDeviceMapping.1.Ebs.VolumeSize": "40",
		"MetadataOptions.HttpPutResponseHopLimit": "1", "Version": "2016-11-15",
		"TagSpecification.1.Tag.2.Key": "io.clocker.location", "TagSpecification.1.Tag.2.Value": "eu",
		"TagSpecification.1.Tag.4.Key": "io.clocker.hostkey", "TagSpecification.1.Tag.4.Value": key,
	} {
		assert.Equal(t, c.asked[0].Get(name), want, name)
	}
	assert.DeepEqual(t, m, hosts.Machine{
		ID: "i-00000000000000001", Name: "eu-1", Location: "eu", User: "admin", HostKey: key, State: hosts.MachineMaking,
		PrivateAddress: "10.0.0.7", Size: "t3.small", Created: time.Date(2026, 7, 1, 0, 0, 1, 0, time.UTC),
	})
	assert.Equal(t, c.groups[0].vpc, "vpc-2")
	assert.DeepEqual(t, c.groups[0].rules, []string{"tcp 22-22 0.0.0.0/0 ::/0", "tcp 6783-6795 sg-1", "udp 6783-6795 sg-1"})
}

func TestAFirewallThatWasLeftShutIsOpened(t *testing.T) {
	c, s, p := start(t)
	c.groups = []*securityGroup{{id: "sg-1", name: "clocker-eu", vpc: "vpc-1"}}
	s.Next("DescribeSecurityGroups", cloudtest.Answer(200, "text/xml", "<DescribeSecurityGroupsResponse/>")) // another run is faster
	_, err := p.Create(t.Context(), order())
	assert.NilError(t, err)
	assert.Equal(t, len(c.groups), 1)
	assert.Equal(t, len(c.groups[0].rules), 3)
}

// EC2 lists an instance some time after it has made it, and other orders of the
// same machine come with another key.
func TestTwoOrdersAtOnceAreOneMachine(t *testing.T) {
	c, s, p := start(t)
	c.late = 3
	first, err := p.Create(t.Context(), order())
	assert.NilError(t, err)
	o := order()
	o.HostKey = strings.Replace(key, "A", "B", 1)
	second, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.Equal(t, second.ID, first.ID)
	assert.Equal(t, second.HostKey, key)
	assert.Equal(t, len(c.instances), 1)
	s.Locked(func() { c.instances[0].late = 1 << 30 })
	_, err = p.Create(t.Context(), o)
	assert.ErrorContains(t, err, "IdempotentParameterMismatch")
}

func TestTheSuccessorOfAForgottenMachineHasATokenOfItsOwn(t *testing.T) {
	c, s, p := start(t)
	for range 3 {
		m, err := p.Create(t.Context(), order())
		assert.NilError(t, err)
		assert.Equal(t, m.State, hosts.MachineMaking)
		s.Locked(func() {
			for _, i := range c.instances {
				i.state = "terminated"
			}
			c.instances = nil // EC2 lists them for an hour, and remembers tokens for longer
		})
	}
	assert.Equal(t, len(c.tokens), 3)
}

func TestSizes(t *testing.T) {
	_, s, p := start(t)
	sizes, err := p.Sizes(t.Context(), hosts.Location{})
	assert.NilError(t, err)
	room := hosts.Resources{NanoCPUs: 2e9, MemoryBytes: 2 << 30}
	assert.DeepEqual(t, sizes, []hosts.Size{{Name: "t3.small", Resources: room, Arch: "amd64"}, {Name: "t4g.small", Resources: room, Arch: "arm64"}})
	assert.DeepEqual(t, s.Seen(), []string{"2 DescribeInstanceTypes"})
}

func TestThrottledAndBrokenRequestsAreSentAgain(t *testing.T) {
	c, s, p := start(t)
	throttled := cloudtest.Answer(503, "text/xml", refusalBody("RequestLimitExceeded", "Request limit exceeded."))
	s.Next("RunInstances", throttled, throttled, cloudtest.Answer(500, "text/xml", refusalBody("InternalError", "An internal error has occurred")), cloudtest.Cut)
	s.Next("DescribeInstances", throttled)
	s.Next("TerminateInstances", throttled)
	m, err := p.Create(t.Context(), order())
	assert.NilError(t, err)
	assert.Equal(t, len(c.instances), 1)
	assert.NilError(t, p.Delete(t.Context(), m))
}

func TestThrottlingForGoodEnds(t *testing.T) {
	_, s, p := start(t)
	for range 5 {
		s.Next("DescribeInstances", cloudtest.Answer(503, "text/xml", refusalBody("RequestLimitExceeded", "Request limit exceeded.")))
	}
	_, err := p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.Error(t, err, "list instances: RequestLimitExceeded: Request limit exceeded")
}

func TestAMachineWhoseAnswerTimedOutIsNotMadeTwice(t *testing.T) {
	for name, fault := range map[string]cloudtest.Fault{"lost": cloudtest.Lose, "late": cloudtest.Late(504, "<html>")} {
		t.Run(name, func(t *testing.T) {
			c, s, p := start(t)
			s.Next("RunInstances", fault)
			_, err := p.Create(t.Context(), order())
			assert.NilError(t, err)
			assert.Equal(t, len(c.instances), 1)
		})
	}
}

func TestNoRoomIsNotAskedForAgain(t *testing.T) {
	_, s, p := start(t)
	s.Next("RunInstances", cloudtest.Answer(500, "text/xml", refusalBody("InsufficientInstanceCapacity", "We currently do not have sufficient t3.small capacity.")))
	_, err := p.Create(t.Context(), order())
	assert.ErrorIs(t, err, hosts.ErrCapacity)
	assert.ErrorContains(t, err, "run instance eu-1 (t3.small, resolve:ssm:")
	seen := s.Seen()
	assert.Equal(t, seen[len(seen)-1], "RunInstances")
}

func TestRefusalsAreExplained(t *testing.T) {
	_, s, p := start(t)
	_, err := opened(t, s, "AKIAOLD").List(t.Context(), hosts.Location{Name: "eu"})
	assert.ErrorContains(t, err, "AWS doesn't take the credentials")
	for code, want := range map[string]string{"UnauthorizedOperation": "may not do that", "RequestExpired": "is the clock of this machine right?"} {
		s.Next("DescribeInstances", cloudtest.Answer(400, "text/xml", refusalBody(code, "no.")))
		_, err = p.List(t.Context(), hosts.Location{Name: "eu"})
		assert.ErrorContains(t, err, want)
	}
	s.Next("DescribeInstances", cloudtest.Answer(404, "text/html", "<html>"))
	_, err = p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.Error(t, err, "list instances: EC2 answers with status 404")
}

func TestStates(t *testing.T) {
	for state, want := range map[string]hosts.MachineState{
		"pending": hosts.MachineMaking, "running": hosts.MachineRunning, "stopped": hosts.MachineBroken, "stopping": hosts.MachineBroken,
		"shutting-down": hosts.MachineDeleting, "terminated": hosts.MachineDeleting,
	} {
		got := machine(instance{State: state, PrivateAddress: "10.0.0.1"}, hosts.Location{})
		assert.Equal(t, got.State, want)
		assert.Equal(t, got.Fault != "", want == hosts.MachineBroken)
		assert.Equal(t, got.Address == "10.0.0.1", want == hosts.MachineRunning)
	}
}
