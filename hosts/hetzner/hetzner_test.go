package hetzner

import (
	"context"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/cloudtest"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
)

var template = hosts.Template{"size": "cx23", "network": "inside", "firewall": true, "account-keys": []string{"mine"}}

// start serves a cloud, and opens providers of it that don't wait long.
func start(t *testing.T) (*cloud, *cloudtest.Server, func(l hosts.Location, env ...string) (*provider, error)) {
	c := newCloud()
	s := cloudtest.New(t, c, requestName)
	return c, s, func(l hosts.Location, env ...string) (*provider, error) {
		variables := map[string]string{"HCLOUD_ENDPOINT": s.URL + "/v1", "HCLOUD_TOKEN": goodToken}
		for i := 0; i < len(env); i += 2 {
			variables[env[i]] = env[i+1]
		}
		return open(hosts.ProviderSetup{Location: l, Home: t.TempDir(), Variable: func(name string) string { return variables[name] }}, time.Millisecond)
	}
}

func TestConformance(t *testing.T) {
	c, s, open := start(t)
	conformance.Providers(t, conformance.Cloud{
		Open:     func(_ *testing.T, l hosts.Location) (hosts.Provider, error) { return open(l) },
		Template: template,
		Wrong: map[string]hosts.Template{
			"names no size":            {},
			"no-such-image":            {"size": "cx23", "image": "no-such-image"},
			"no-such-region":           {"size": "cx23", "region": "no-such-region"},
			`no network "elsewhere"`:   {"size": "cx23", "network": "elsewhere"},
			"firewall at Hetzner need": {"size": "cx23", "firewall": true},
			`no SSH key "yours"`:       {"size": "cx23", "account-keys": []string{"yours"}},
		},
		Limit: func(_ *testing.T, n int) { s.Locked(func() { c.limit = n }) },
		Lose:  func(*testing.T) { s.Next("POST /servers", cloudtest.Lose) },
		Many:  101,
	})
	assert.Equal(t, len(c.servers), 0)
}

func order(t hosts.Template) hosts.Order {
	return hosts.Order{Location: hosts.Location{Name: "eu", Template: t}, Name: "eu-1", UserData: "#cloud-config"}
}

func TestRequestsForAMachine(t *testing.T) {
	_, s, open := start(t)
	p, err := open(hosts.Location{})
	assert.NilError(t, err)
	_, err = p.Create(t.Context(), order(hosts.Template{"size": "cx23"}))
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"POST /servers"})
	_, err = p.Create(t.Context(), order(hosts.Template{"size": "cx23"}))
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET /servers", "POST /servers"})

	other := order(template)
	other.Name = "eu-2"
	m, err := p.Create(t.Context(), other)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET /firewalls", "GET /networks", "GET /ssh_keys", "POST /firewalls", "POST /servers"})
	assert.NilError(t, p.Delete(t.Context(), m))
	assert.DeepEqual(t, s.Seen(), []string{"DELETE /servers/ID"})
	_, err = p.List(t.Context(), other.Location)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET /servers"})
	_, err = p.Sizes(t.Context(), other.Location)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET /pricing", "GET /server_types"})
}

func TestWhatIsAskedFor(t *testing.T) {
	c, _, open := start(t)
	p, err := open(hosts.Location{})
	assert.NilError(t, err)
	o := order(template)
	o.HostKey = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	m, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	asked := c.asked[0]
	assert.Equal(t, asked["image"], "debian-13")
	assert.Equal(t, asked["location"], "fsn1")
	assert.Equal(t, asked["user_data"], "#cloud-config")
	assert.DeepEqual(t, asked["networks"], []any{7.0})
	assert.DeepEqual(t, asked["ssh_keys"], []any{8.0})
	assert.DeepEqual(t, asked["firewalls"], []any{map[string]any{"firewall": 9.0}})
	assert.DeepEqual(t, asked["labels"], map[string]any{
		"io.clocker.location": "eu", "io.clocker.name": "eu-1",
		"io.clocker.hostkey": "sha256-0000000000000000000000000000000000000000000000000000",
	})
	m.ID, m.Address, m.PrivateAddress, m.Created = "", "", "", time.Time{}
	assert.DeepEqual(t, m, hosts.Machine{Name: "eu-1", Location: "eu", User: "root", HostKey: o.HostKey, State: hosts.MachineMaking, Size: "cx23"})
}

func TestSizesOfTheRegion(t *testing.T) {
	_, _, open := start(t)
	p, err := open(hosts.Location{})
	assert.NilError(t, err)
	sizes, err := p.Sizes(t.Context(), hosts.Location{})
	assert.NilError(t, err)
	euro := func(micros int64) *hosts.Price { return &hosts.Price{Micros: micros, Currency: "EUR"} }
	room := hosts.Resources{NanoCPUs: 2e9, MemoryBytes: 4 << 30}
	assert.DeepEqual(t, sizes, []hosts.Size{
		{Name: "cx23", Resources: room, Arch: "amd64", Price: euro(5950)},
		{Name: "cax11", Resources: room, Arch: "arm64", Price: euro(6400)},
	})
}

func TestThrottledAndBrokenRequestsAreSentAgain(t *testing.T) {
	_, s, open := start(t)
	p, err := open(hosts.Location{})
	assert.NilError(t, err)
	throttled := cloudtest.Answer(429, "application/json", `{"error":{"code":"rate_limit_exceeded","message":"limit of 3600 requests per hour reached"}}`)
	s.Next("POST /servers", throttled, throttled, cloudtest.Answer(502, "text/html", "<html>bad gateway</html>"))
	s.Next("GET /servers", throttled)
	m, err := p.Create(t.Context(), order(template))
	assert.NilError(t, err)
	all, err := p.List(t.Context(), order(nil).Location)
	assert.NilError(t, err)
	assert.Equal(t, len(all), 1)
	s.Next("DELETE /servers/ID", throttled)
	assert.NilError(t, p.Delete(t.Context(), m))
}

func TestThrottlingForGoodEnds(t *testing.T) {
	_, s, open := start(t)
	p, err := open(hosts.Location{})
	assert.NilError(t, err)
	for range 6 {
		s.Next("GET /servers", cloudtest.Answer(429, "application/json", `{"error":{"code":"rate_limit_exceeded","message":"limit reached"}}`))
	}
	_, err = p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.ErrorContains(t, err, "list servers: limit reached (rate_limit_exceeded)")
}

func TestAMachineWhoseAnswerTimedOutIsFound(t *testing.T) {
	c, s, open := start(t)
	p, err := open(hosts.Location{})
	assert.NilError(t, err)
	s.Next("POST /servers", cloudtest.Late(504, `{"error":{"code":"timeout","message":"took too long"}}`))
	m, err := p.Create(t.Context(), order(template))
	assert.NilError(t, err)
	assert.Equal(t, m.Name, "eu-1")
	assert.Equal(t, len(c.servers), 1)
}

func TestNoRoom(t *testing.T) {
	for _, code := range []string{"resource_unavailable", "placement_error"} {
		_, s, open := start(t)
		p, err := open(hosts.Location{})
		assert.NilError(t, err)
		s.Next("POST /servers", cloudtest.Answer(412, "application/json", `{"error":{"code":"`+code+`","message":"error during placement"}}`))
		_, err = p.Create(t.Context(), order(template))
		assert.ErrorIs(t, err, hosts.ErrCapacity)
		assert.ErrorContains(t, err, "create server eu-1 (cx23, debian-13, fsn1)")
	}
}

func TestABadTokenIsNamed(t *testing.T) {
	_, s, open := start(t)
	p, err := open(hosts.Location{}, "HCLOUD_TOKEN", "old")
	assert.NilError(t, err)
	_, err = p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.ErrorContains(t, err, "Hetzner doesn't know the token")
	assert.DeepEqual(t, s.Seen(), []string{"GET /servers"})
}

func TestAServerOfSomebodyElseIsLeftAlone(t *testing.T) {
	c, _, open := start(t)
	p, err := open(hosts.Location{})
	assert.NilError(t, err)
	_, err = p.Create(t.Context(), order(template))
	assert.NilError(t, err)
	c.servers[0].Labels = map[string]string{}
	_, err = p.Create(t.Context(), order(template))
	assert.ErrorIs(t, err, hosts.ErrConflict)
	assert.ErrorContains(t, err, "a server of that name without our labels")
}

func TestALockedServerIsDeletedWhenItIsUnlocked(t *testing.T) {
	c, _, open := start(t)
	p, err := open(hosts.Location{})
	assert.NilError(t, err)
	m, err := p.Create(t.Context(), order(template))
	assert.NilError(t, err)
	c.locked = 2
	assert.NilError(t, p.Delete(t.Context(), m))
	assert.Equal(t, len(c.servers), 0)

	m, err = p.Create(t.Context(), order(template))
	assert.NilError(t, err)
	c.locked = 1 << 30
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	assert.ErrorContains(t, p.Delete(ctx, m), "delete server eu-1: ")
}

func TestStates(t *testing.T) {
	for status, want := range map[string]hosts.MachineState{
		"initializing": hosts.MachineMaking, "starting": hosts.MachineMaking, "running": hosts.MachineRunning,
		"deleting": hosts.MachineDeleting, "off": hosts.MachineBroken, "rebuilding": hosts.MachineMaking,
	} {
		c, s, open := start(t)
		p, err := open(hosts.Location{})
		assert.NilError(t, err)
		_, err = p.Create(t.Context(), order(template))
		assert.NilError(t, err)
		s.Locked(func() { c.servers[0].Status = status })
		all, err := p.List(t.Context(), order(nil).Location)
		assert.NilError(t, err)
		assert.Equal(t, all[0].State, want)
		assert.Equal(t, all[0].Fault != "", want == hosts.MachineBroken)
		assert.Assert(t, all[0].PrivateAddress != "")
	}
}
