package digitalocean

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/cloudtest"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
)

var template = hosts.Template{"size": "s-1vcpu-1gb", "firewall": true}

// start serves a cloud, and opens a provider of it that doesn't wait long.
func start(t *testing.T) (*cloud, *cloudtest.Server, *provider) {
	c := newCloud()
	s := cloudtest.New(t, c, requestName)
	return c, s, opened(t, s, goodToken)
}

func opened(t *testing.T, s *cloudtest.Server, token string) *provider {
	t.Helper()
	p, err := open(cloudtest.Setup(t, template, map[string]string{"DIGITALOCEAN_API_URL": s.URL, "DIGITALOCEAN_ACCESS_TOKEN": token}), time.Millisecond)
	assert.NilError(t, err)
	return p
}

func TestConformance(t *testing.T) {
	c, s, p := start(t)
	conformance.Providers(t, conformance.Cloud{
		Open:     func(*testing.T, hosts.Location) (hosts.Provider, error) { return p, nil },
		Template: template,
		Wrong: map[string]hosts.Template{
			"names no size":  {},
			"no-such-image":  {"size": "s-1vcpu-1gb", "image": "no-such-image"},
			"no-such-region": {"size": "s-1vcpu-1gb", "region": "no-such-region"},
		},
		Limit: func(_ *testing.T, n int) { s.Locked(func() { c.limit = n }) },
		Lose:  func(*testing.T) { s.Next("POST /droplets", cloudtest.Lose) },
		Many:  201,
	})
	assert.Equal(t, len(c.droplets), 0)
}

func TestTroubles(t *testing.T) {
	refusal := func(status int, message string) cloudtest.Fault {
		return cloudtest.Answer(status, "application/json", `{"id":"no","message":"`+message+`"}`)
	}
	cloudtest.Troubles{
		Start: func(t *testing.T) (*cloudtest.Server, hosts.Provider) {
			_, s, p := start(t)
			return s, p
		},
		Template: template,
		Create:   "POST /droplets", List: "GET /droplets", Delete: "DELETE /droplets/ID",
		Throttled: refusal(429, "API Rate limit exceeded."), ThrottledWords: "API Rate limit exceeded.",
		Full: []cloudtest.Fault{
			refusal(422, "Size is not available in this region."), refusal(422, "You have reached your Droplet limit"),
			refusal(422, "creating this/these droplet(s) will exceed your droplet limit"),
		},
		Stranger: func(t *testing.T, s *cloudtest.Server) hosts.Provider { return opened(t, s, "old") }, StrangerWords: "DigitalOcean doesn't know the token",
	}.Run(t)
}

func TestRequestsForAMachine(t *testing.T) {
	c, s, p := start(t)
	o := cloudtest.Order(template)
	m, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"2 GET /droplets", "GET /firewalls", "POST /droplets", "POST /firewalls", "POST /tags"})
	_, err = p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET /droplets"})
	assert.NilError(t, p.Delete(t.Context(), m))
	assert.DeepEqual(t, s.Seen(), []string{"2 DELETE /droplets/ID", "DELETE /tags/ID"}) // it was being made
	assert.DeepEqual(t, c.tags, map[string]bool{"io-clocker-location:eu": true, "io-clocker-name:eu-1": true})

	o.Location.Template = hosts.Template{"size": "s-1vcpu-1gb"}
	_, err = p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"2 GET /droplets", "POST /droplets"})
	_, err = p.Sizes(t.Context(), o.Location)
	assert.NilError(t, err)
	assert.DeepEqual(t, s.Seen(), []string{"GET /sizes"})
}

func TestWhatIsAskedFor(t *testing.T) {
	c, _, p := start(t)
	o := cloudtest.Order(template)
	o.Location.Template = hosts.Template{"size": "s-1vcpu-1gb", "network": "5a4981aa", "account-keys": []string{"3b:16:bf"}, "user": "me"}
	m, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	asked := c.asked[0]
	assert.Equal(t, asked["image"], "debian-13-x64")
	assert.Equal(t, asked["region"], "fra1")
	assert.Equal(t, asked["user_data"], "#cloud-config")
	assert.Equal(t, asked["vpc_uuid"], "5a4981aa")
	assert.DeepEqual(t, asked["ssh_keys"], []any{"3b:16:bf"})
	assert.DeepEqual(t, asked["tags"], []any{
		"io-clocker-location:eu", "io-clocker-name:eu-1",
		"io-clocker-hostkey:sha256-0000000000000000000000000000000000000000000000000000",
	})
	assert.DeepEqual(t, m, hosts.Machine{
		ID: "3164441", Name: "eu-1", Location: "eu", User: "me", HostKey: cloudtest.HostKey, State: hosts.MachineMaking, Size: "s-1vcpu-1gb",
		Created: time.Date(2026, 7, 21, 18, 37, 44, 0, time.UTC),
	})
	_, err = p.List(t.Context(), o.Location)
	assert.NilError(t, err)
	all, err := p.List(t.Context(), o.Location)
	assert.NilError(t, err)
	assert.Equal(t, all[0].Address, "198.51.100.191")
	assert.Equal(t, all[0].PrivateAddress, "10.128.192.191")
}

// DigitalOcean has no token by which it would carry out an order once.
func TestOfTwoOrdersAtOnceTheOlderMachineStays(t *testing.T) {
	c, s, p := start(t)
	s.Next("POST /droplets", cloudtest.Twice) // the other run's comes first
	got, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	assert.Equal(t, len(c.droplets), 1)
	assert.Equal(t, got.ID, strconv.Itoa(c.droplets[0].ID))
	assert.Equal(t, got.ID, "3164441")
}

func TestOfTwoMachinesOfANameTheYoungerIsBroken(t *testing.T) {
	c, s, p := start(t)
	m, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	s.Locked(func() { // that of a run which ended before it could look again
		younger := *c.droplets[0]
		younger.ID++
		c.droplets = slices.Insert(c.droplets, 0, &younger)
	})
	all, err := p.List(t.Context(), cloudtest.Order(template).Location)
	assert.NilError(t, err)
	assert.Equal(t, len(all), 2)
	assert.Equal(t, all[0].ID, m.ID)
	assert.Assert(t, all[0].State != hosts.MachineBroken)
	assert.Equal(t, all[1].State, hosts.MachineBroken)
	assert.Equal(t, all[1].Name, "eu-1-3164442")
	assert.Equal(t, all[1].Fault, "an older droplet is eu-1")
	assert.NilError(t, p.Delete(t.Context(), all[1]))
	assert.Equal(t, len(c.droplets), 1)
}

// DigitalOcean refuses to delete a droplet that it is at work on, and may not
// carry that out of one that is new.
func TestADropletThatIsBusyIsDeletedLater(t *testing.T) {
	c, s, p := start(t)
	m, err := p.Create(t.Context(), cloudtest.Order(template))
	assert.NilError(t, err)
	busy := cloudtest.Answer(422, "application/json", `{"id":"unprocessable_entity","message":"Droplet already has a pending event."}`)
	taken := cloudtest.Answer(204, "application/json", "")
	s.Next("DELETE /droplets/ID", busy, taken, busy)
	assert.NilError(t, p.Delete(t.Context(), m))
	assert.Equal(t, len(c.droplets), 0)

	s.Next("DELETE /droplets/ID", slices.Repeat([]cloudtest.Fault{taken}, farewells)...)
	assert.NilError(t, p.Delete(t.Context(), m), "the cloud goes on by itself")
	assert.Equal(t, s.Count("DELETE /droplets/ID"), 5+farewells)

	m.State = hosts.MachineRunning
	s.Next("DELETE /droplets/ID", cloudtest.Answer(422, "application/json", `{"id":"no","message":"no."}`))
	assert.ErrorContains(t, p.Delete(t.Context(), m), "no.")
}

func TestTheFirewallIsMadeOnce(t *testing.T) {
	c, s, p := start(t)
	o := cloudtest.Order(template)
	_, err := p.Create(t.Context(), o)
	assert.NilError(t, err)
	o.Name = "eu-2"
	s.Next("GET /firewalls", cloudtest.Answer(200, "application/json", `{"firewalls":[]}`)) // another run is faster
	_, err = p.Create(t.Context(), o)
	assert.NilError(t, err)
	assert.Equal(t, len(c.firewalls), 1)
	assert.Equal(t, c.firewalls[0]["name"], "clocker-eu")
	assert.DeepEqual(t, c.firewalls[0]["tags"], []any{"io-clocker-location:eu"})
	inside := c.firewalls[0]["inbound_rules"].([]any)[2].(map[string]any)
	assert.Equal(t, inside["ports"], "6783-6795")
	assert.DeepEqual(t, inside["sources"], map[string]any{"tags": []any{"io-clocker-location:eu"}})
}

func TestSizesOfTheRegion(t *testing.T) {
	_, _, p := start(t)
	sizes, err := p.Sizes(t.Context(), hosts.Location{})
	assert.NilError(t, err)
	assert.DeepEqual(t, sizes, []hosts.Size{{
		Name: "s-1vcpu-1gb", Arch: "amd64", Resources: hosts.Resources{NanoCPUs: 1e9, MemoryBytes: 1 << 30},
		Price: &hosts.Price{Micros: 8930, Currency: "USD"},
	}})
}

func TestStates(t *testing.T) {
	for status, want := range map[string]hosts.MachineState{
		"new": hosts.MachineMaking, "active": hosts.MachineRunning, "off": hosts.MachineBroken, "archive": hosts.MachineBroken,
	} {
		got, fault := state(status)
		assert.Equal(t, got, want)
		assert.Equal(t, fault != "", want == hosts.MachineBroken)
	}
}
