package ec2

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/cloudtest"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
)

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
	p, err := open(cloudtest.Setup(t, template, map[string]string{
		"AWS_ENDPOINT_URL_EC2": s.URL, "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": "secret",
	}), time.Millisecond)
	assert.NilError(t, err)
	return p
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

func TestTroubles(t *testing.T) {
	refusal := func(status int, code string) cloudtest.Fault {
		return cloudtest.Answer(status, "text/xml", refusalBody(code, "no."))
	}
	cloudtest.Troubles{
		Start: func(t *testing.T) (*cloudtest.Server, hosts.Provider) {
			_, s, p := start(t)
			return s, p
		},
		Template: template,
		Create:   "RunInstances", List: "DescribeInstances", Delete: "TerminateInstances",
		Throttled: refusal(503, "RequestLimitExceeded"), ThrottledWords: "list instances: RequestLimitExceeded: no",
		Full:     []cloudtest.Fault{refusal(500, "InsufficientInstanceCapacity"), refusal(400, "VcpuLimitExceeded")},
		Stranger: func(t *testing.T, s *cloudtest.Server) hosts.Provider { return opened(t, s, "AKIAOLD") }, StrangerWords: "AWS doesn't take the credentials",
	}.Run(t)
}

func TestRequestsForAMachine(t *testing.T) {
	_, s, p := start(t)
	o := cloudtest.Order(template)
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

// life makes a machine in the default VPC and one in a subnet, and does all else that there is.
func life(t *testing.T, p *provider) {
	t.Helper()
	inside := cloudtest.Order(hosts.Template{"size": "t3.small", "firewall": true, "network": "subnet-1"})
	inside.Name = "eu-2"
	for _, o := range []hosts.Order{cloudtest.Order(template), inside} {
		m, err := p.Create(t.Context(), o)
		assert.NilError(t, err)
		assert.NilError(t, p.Delete(t.Context(), m))
	}
	_, err := p.Sizes(t.Context(), inside.Location)
	assert.NilError(t, err)
}

func TestThePageListsWhatCredentialsHaveToBeAllowed(t *testing.T) {
	_, s, p := start(t)
	life(t, p)
	// To write tags at an order, and to find the default image, are no calls of their own.
	allowed := []string{"ec2:CreateTags", "ssm:GetParameters"}
	for _, action := range s.Ever() {
		allowed = append(allowed, "ec2:"+action)
	}
	slices.Sort(allowed)
	assert.DeepEqual(t, cloudtest.Listed(t, "ec2.md", `(ec2|ssm):[A-Z]\w+`), allowed)
}

func TestWhatIsAskedFor(t *testing.T) {
	c, _, p := start(t)
	o := cloudtest.Order(template)
	o.Location.Template = hosts.Template{
		"size": "t3.small", "image": "ami-1", "zone": "eu-central-1a", "network": "subnet-1", "user": "admin",
		"disk": 40.0, "spot": true, "root-device": "/dev/xvda", "security-groups": []string{"sg-9"}, "firewall": true,
	}
	m, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	for name, want := range map[string]string{
		"ImageId": "ami-1", "InstanceType": "t3.small", "MinCount": "1", "MaxCount": "1", "UserData": "I2Nsb3VkLWNvbmZpZw==",
		"Placement.AvailabilityZone": "eu-central-1a", "SubnetId": "subnet-1", "SecurityGroupId.1": "sg-9", "SecurityGroupId.2": "sg-1",
		"BlockDeviceMapping.1.DeviceName": "/dev/xvda", "BlockDeviceMapping.1.Ebs.VolumeSize": "40",
		"BlockDeviceMapping.1.Ebs.DeleteOnTermination": "true", "InstanceMarketOptions.MarketType": "spot", "MetadataOptions.HttpTokens": "required",
		"MetadataOptions.HttpPutResponseHopLimit": "1", "Version": "2016-11-15",
		"TagSpecification.1.Tag.2.Key": "io.clocker.location", "TagSpecification.1.Tag.2.Value": "eu",
		"TagSpecification.1.Tag.4.Key": "io.clocker.hostkey", "TagSpecification.1.Tag.4.Value": cloudtest.HostKey,
		"TagSpecification.2.ResourceType": "volume", "TagSpecification.2.Tag.3.Key": "io.clocker.name", "TagSpecification.2.Tag.3.Value": "eu-1",
	} {
		assert.Equal(t, c.asked[0].Get(name), want, name)
	}
	assert.DeepEqual(t, m, hosts.Machine{
		ID: "i-00000000000000001", Name: "eu-1", Location: "eu", User: "admin", HostKey: cloudtest.HostKey, State: hosts.MachineMaking,
		PrivateAddress: "10.0.0.7", Size: "t3.small", Created: time.Date(2026, 7, 1, 0, 0, 1, 0, time.UTC),
	})
	assert.Equal(t, c.groups[0].vpc, "vpc-2")
	assert.DeepEqual(t, c.groups[0].rules, []string{"tcp 22-22 0.0.0.0/0 ::/0", "tcp 6783-6795 sg-1", "udp 6783-6795 sg-1"})
}

func TestAFirewallThatWasLeftShutIsOpened(t *testing.T) {
	c, s, p := start(t)
	c.groups = []*securityGroup{{id: "sg-1", name: "clocker-eu", vpc: "vpc-1"}}
	s.Next("DescribeSecurityGroups", cloudtest.Answer(200, "text/xml", "<DescribeSecurityGroupsResponse/>")) // another run is faster
	_, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	assert.Equal(t, len(c.groups), 1)
	assert.Equal(t, len(c.groups[0].rules), 3)
}

// EC2 lists an instance some time after it has made it, and other orders of the
// same machine come with another key.
func TestTwoOrdersAtOnceAreOneMachine(t *testing.T) {
	c, s, p := start(t)
	c.late = 3
	first, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	o := cloudtest.Order(template)
	o.HostKey = strings.Replace(cloudtest.HostKey, "AA", "BB", 1)
	second, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.Equal(t, second.ID, first.ID)
	assert.Equal(t, second.HostKey, cloudtest.HostKey)
	assert.Equal(t, len(c.instances), 1)
	s.Locked(func() { c.instances[0].late = 1 << 30 })
	ctx, cancel := context.WithCancel(t.Context())
	s.Next("DescribeInstances", cloudtest.Pass, cloudtest.Pass, func(w http.ResponseWriter, r *http.Request, cloud http.Handler) {
		cloud.ServeHTTP(w, r)
		cancel()
	})
	_, err = p.Create(ctx, o)
	assert.ErrorContains(t, err, "IdempotentParameterMismatch")
	assert.ErrorIs(t, err, context.Canceled)
}

// That EC2 doesn't know an instance that it has just made doesn't mean that it is gone.
func TestANewMachineThatEC2DoesNotKnowYetIsDeleted(t *testing.T) {
	c, s, p := start(t)
	p.late = time.Hour
	m, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	m.Created = time.Now()
	unknown := cloudtest.Answer(400, "text/xml", refusalBody("InvalidInstanceID.NotFound", "The instance ID does not exist"))
	s.Next("TerminateInstances", unknown, unknown, unknown)
	assert.NilError(t, p.Delete(t.Context(), m))
	assert.Equal(t, c.instances[0].state, "shutting-down")

	c.instances = nil
	m.Created = time.Now().Add(-2 * time.Hour)
	assert.NilError(t, p.Delete(t.Context(), m), "one that is old is gone")
	m.Created, p.late = time.Now(), 20*time.Millisecond
	assert.NilError(t, p.Delete(t.Context(), m), "one that is new is waited for, and then gone")
}

func TestTheSuccessorOfAForgottenMachineHasATokenOfItsOwn(t *testing.T) {
	c, s, p := start(t)
	for range 3 {
		m, err := p.Create(t.Context(), cloudtest.Order(template))
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

func TestRefusalsAreExplained(t *testing.T) {
	_, s, p := start(t)
	for code, want := range map[string]string{"UnauthorizedOperation": "may not do that", "RequestExpired": "is the clock of this machine right?"} {
		s.Next("DescribeInstances", cloudtest.Answer(400, "text/xml", refusalBody(code, "no.")))
		_, err := p.List(t.Context(), hosts.Location{Name: "eu"})
		assert.ErrorContains(t, err, want)
	}
	s.Next("DescribeInstances", cloudtest.Answer(404, "text/html", "<html>"))
	_, err := p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.Error(t, err, "list instances: EC2 answers with status 404")
}

func TestStates(t *testing.T) {
	for state, want := range map[types.InstanceStateName]hosts.MachineState{
		"pending": hosts.MachineMaking, "running": hosts.MachineRunning, "stopped": hosts.MachineBroken, "stopping": hosts.MachineBroken,
		"shutting-down": hosts.MachineDeleting, "terminated": hosts.MachineDeleting,
	} {
		got := machine(types.Instance{State: &types.InstanceState{Name: state}, PrivateIpAddress: aws.String("10.0.0.1")}, hosts.Location{})
		assert.Equal(t, got.State, want)
		assert.Equal(t, got.Fault != "", want == hosts.MachineBroken)
		assert.Equal(t, got.Address == "10.0.0.1", want == hosts.MachineRunning)
	}
}
