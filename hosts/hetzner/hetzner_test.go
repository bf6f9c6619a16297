package hetzner

import (
	"context"
	"net/http"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/cloudtest"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
)

var template = hosts.Template{"size": "cx23", "network": "inside", "firewall": true, "account-keys": []string{"mine"}}

// start serves a cloud, and opens a provider of it that doesn't wait long.
func start(t *testing.T) (*cloud, *cloudtest.Server, *provider) {
	c := newCloud()
	s := cloudtest.New(t, c, requestName)
	return c, s, opened(t, s, goodToken)
}

func opened(t *testing.T, s *cloudtest.Server, token string) *provider {
	t.Helper()
	p, err := open(cloudtest.Setup(t, template, map[string]string{"HCLOUD_ENDPOINT": s.URL + "/v1", "HCLOUD_TOKEN": token}), time.Millisecond)
	assert.NilError(t, err)
	return p
}

func TestConformance(t *testing.T) {
	c, s, p := start(t)
	conformance.Providers(t, conformance.Cloud{
		Open:     func(*testing.T, hosts.Location) (hosts.Provider, error) { return p, nil },
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

func TestTroubles(t *testing.T) {
	refusal := func(status int, code string) cloudtest.Fault {
		return cloudtest.Answer(status, "application/json", `{"error":{"code":"`+code+`","message":"no"}}`)
	}
	cloudtest.Troubles{
		Start: func(t *testing.T) (*cloudtest.Server, hosts.Provider) {
			_, s, p := start(t)
			return s, p
		},
		Template: hosts.Template{"size": "cx23"},
		Create:   "POST /servers", List: "GET /servers", Delete: "DELETE /servers/ID",
		Throttled: refusal(429, "rate_limit_exceeded"), ThrottledWords: "list servers: no (rate_limit_exceeded)",
		Full:     []cloudtest.Fault{refusal(412, "resource_unavailable"), refusal(412, "placement_error"), refusal(403, "resource_limit_exceeded")},
		Stranger: func(t *testing.T, s *cloudtest.Server) hosts.Provider { return opened(t, s, "old") }, StrangerWords: "Hetzner doesn't know the token",
	}.Run(t)
}

func TestRequestsForAMachine(t *testing.T) {
	_, s, p := start(t)
	_, err := p.Create(t.Context(), cloudtest.Order(hosts.Template{"size": "cx23"}))
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"POST /servers"})
	_, err = p.Create(t.Context(), cloudtest.Order(hosts.Template{"size": "cx23"}))
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET /servers", "POST /servers"})

	other := cloudtest.Order(template)
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
	c, _, p := start(t)
	o := cloudtest.Order(template)
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
	_, _, p := start(t)
	sizes, err := p.Sizes(t.Context(), hosts.Location{})
	assert.NilError(t, err)
	euro := func(micros int64) *hosts.Price { return &hosts.Price{Micros: micros, Currency: "EUR"} }
	room := hosts.Resources{NanoCPUs: 2e9, MemoryBytes: 4 << 30}
	assert.DeepEqual(t, sizes, []hosts.Size{
		{Name: "cx23", Resources: room, Arch: "amd64", Price: euro(5950)},
		{Name: "cax11", Resources: room, Arch: "arm64", Price: euro(6400)},
	})
}

func TestAServerOfSomebodyElseIsLeftAlone(t *testing.T) {
	c, _, p := start(t)
	_, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	c.servers[0].Labels = map[string]string{}
	_, err = p.Create(t.Context(), cloudtest.Order(template))
	assert.ErrorIs(t, err, hosts.ErrConflict)
	assert.ErrorContains(t, err, "a server of that name without our labels")
}

// Another run deletes the server whose name is ordered.
func TestTheNameOfAServerThatGoesAwayIsWaitedFor(t *testing.T) {
	c, s, p := start(t)
	gone, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	c.servers[0].Status = "deleting"
	s.Next("GET /servers", cloudtest.Pass, func(w http.ResponseWriter, r *http.Request, cloud http.Handler) {
		c.servers = nil
		cloud.ServeHTTP(w, r)
	})
	m, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	assert.Assert(t, m.ID != gone.ID)
	assert.Equal(t, s.Count("POST /servers"), 4, "the first one's, while it goes, when it is gone, and when nobody has the name")
}

func TestALockedServerIsDeletedWhenItIsUnlocked(t *testing.T) {
	c, _, p := start(t)
	m, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	c.locked = 2
	assert.NilError(t, p.Delete(t.Context(), m))
	assert.Equal(t, len(c.servers), 0)

	m, err = p.Create(t.Context(), cloudtest.Order(template))
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
		c, s, p := start(t)
		_, err := p.Create(t.Context(), cloudtest.Order(template))
		assert.NilError(t, err)
		s.Locked(func() { c.servers[0].Status = status })
		all, err := p.List(t.Context(), cloudtest.Order(nil).Location)
		assert.NilError(t, err)
		assert.Equal(t, all[0].State, want)
		assert.Equal(t, all[0].Fault != "", want == hosts.MachineBroken)
		assert.Assert(t, all[0].PrivateAddress != "")
	}
}
