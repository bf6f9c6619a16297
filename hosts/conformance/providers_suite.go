package conformance

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// userData is what each order has, and no error may repeat.
const userData = "#cloud-config\n# the private host key\n"

// cloudSuite is one test on a provider, with locations of its own.
type cloudSuite struct {
	*testing.T
	cloud    Cloud
	ctx      context.Context
	prefix   string
	patience time.Duration
}

func newCloudSuite(t *testing.T, c Cloud) *cloudSuite {
	c.Patience = cmp.Or(c.Patience, patience)
	ctx, cancel := context.WithTimeout(context.Background(), 3*c.Patience)
	t.Cleanup(cancel)
	return &cloudSuite{t, c, ctx, "c" + strings.ToLower(rand.Text()[:6]), c.Patience}
}

// location is one that no other test has.
func (s *cloudSuite) location(name string) hosts.Location {
	return hosts.Location{Name: s.prefix + name, Template: s.cloud.Template}
}

func (s *cloudSuite) open(l hosts.Location) hosts.Provider {
	s.Helper()
	p, err := s.cloud.Open(s.T, l)
	assert.NilError(s, err)
	return p
}

func (s *cloudSuite) order(l hosts.Location, name string) hosts.Order {
	return hosts.Order{Location: l, Name: name, UserData: userData, HostKey: fingerprint(name)}
}

// fingerprint is like that of a host key, with all characters that one may have.
func fingerprint(of string) string {
	sum := sha256.Sum256([]byte(of))
	return "SHA256:+/" + base64.RawStdEncoding.EncodeToString(sum[:])[2:]
}

// create makes the machine of an order, and deletes it after the test.
func (s *cloudSuite) create(p hosts.Provider, o hosts.Order) hosts.Machine {
	s.Helper()
	m, err := p.Create(s.ctx, o)
	assert.NilError(s, err)
	s.deleteLater(p, m)
	return m
}

func (s *cloudSuite) deleteLater(p hosts.Provider, m hosts.Machine) {
	s.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), s.patience)
		defer cancel()
		if err := p.Delete(ctx, m); err != nil {
			s.Errorf("delete machine %s: %v", m.Name, err)
		}
	})
}

// list are the location's machines but for those that go away.
func (s *cloudSuite) list(p hosts.Provider, l hosts.Location) (there []hosts.Machine) {
	s.Helper()
	all, err := p.List(s.ctx, l)
	assert.NilError(s, err)
	for _, m := range all {
		assert.Equal(s, m.Location, l.Name)
		if m.State != hosts.MachineDeleting {
			there = append(there, m)
		}
	}
	return there
}

// machine is the one of a name, which has to be listed.
func (s *cloudSuite) machine(p hosts.Provider, l hosts.Location, name string) hosts.Machine {
	s.Helper()
	all := s.list(p, l)
	for _, m := range all {
		if m.Name == name {
			return m
		}
	}
	s.Fatalf("machine %s isn't listed: %v", name, all)
	return hosts.Machine{}
}

// sameMachine checks what the order said of it.
func (s *cloudSuite) sameMachine(m hosts.Machine, o hosts.Order) {
	s.Helper()
	assert.Assert(s, m.ID != "")
	assert.Equal(s, m.Name, o.Name)
	assert.Equal(s, m.Location, o.Location.Name)
	assert.Equal(s, m.HostKey, o.HostKey)
	assert.Assert(s, m.State != "" && m.State != hosts.MachineBroken, "state %q, %s", m.State, m.Fault)
}

func (s *cloudSuite) awaitRunning(p hosts.Provider, l hosts.Location, name string) hosts.Machine {
	s.Helper()
	var last hosts.Machine
	s.await(func() poll.Result {
		if last = s.machine(p, l, name); last.State == hosts.MachineRunning {
			return poll.Success()
		}
		return poll.Continue("machine %s is %s", name, last.State)
	})
	return last
}

// awaitGone waits until the machine is listed no more.
func (s *cloudSuite) awaitGone(p hosts.Provider, l hosts.Location, m hosts.Machine) {
	s.Helper()
	s.await(func() poll.Result {
		for _, there := range s.list(p, l) {
			if there.ID == m.ID {
				return poll.Continue("machine %s is still %s", m.Name, there.State)
			}
		}
		return poll.Success()
	})
}

func (s *cloudSuite) await(check func() poll.Result) {
	s.Helper()
	poll.WaitOn(s, func(poll.LogT) poll.Result { return check() }, poll.WithTimeout(s.patience), poll.WithDelay(50*time.Millisecond))
}

// refused checks that there is an error, and that it keeps the user data to itself.
func (s *cloudSuite) refused(err error) {
	s.Helper()
	assert.Assert(s, err != nil)
	for _, secret := range []string{"private host key", base64.StdEncoding.EncodeToString([]byte(userData))[:24]} {
		assert.Assert(s, !strings.Contains(err.Error(), secret), "user data in an error: %v", err)
	}
}

func machineNames(all []hosts.Machine) []string {
	names := make([]string, len(all))
	for i, m := range all {
		names[i] = m.Name
	}
	return names
}

func numbered(name string, i int) string { return fmt.Sprintf("%s-%03d", name, i) }
