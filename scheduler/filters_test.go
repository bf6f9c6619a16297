package scheduler

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// TestFilters asks one host about one task; "" means that it may go there.
func TestFilters(t *testing.T) {
	udp := hosts.PublishedPort{HostPort: 53, ContainerPort: 53, Protocol: "udp"}
	arm := func(variant string) func(*Candidate) {
		return func(c *Candidate) { c.Host.Platform = hosts.Platform{OS: "linux", Arch: "arm64", Variant: variant} }
	}
	wants := func(platform string) func(*Task) {
		return func(t *Task) { t.Platform = hosts.ParsePlatform(platform) }
	}
	in := func(locations ...string) func(*Task) { return func(t *Task) { t.Locations = locations } }
	bounded := func(n int) func(*Candidate) { return func(c *Candidate) { c.Host.Capacity.Containers = n } }
	unknown := func(c *Candidate) { c.Host.Capacity = hosts.Resources{} }

	for _, c := range []struct {
		name string
		task Task
		host Candidate
		want string
	}{
		{"nothing asked", task("web", 1), host("h1"), ""},
		{"down", task("web", 1), host("h1", down("no answer in 5s")), "ready: is not ready (no answer in 5s)"},
		{"down without a reason", task("web", 1), host("h1", down("")), "ready: is not ready"},
		{"drained", task("web", 1), host("h1", drained), "ready: is drained"},
		{"its location", task("web", 1, in("us", "eu")), host("h1"), ""},
		{"other location", task("web", 1, in("us", "asia")), host("h1"), "location: is not in location us or asia"},
		{"its platform", task("web", 1, wants("linux/amd64")), host("h1"), ""},
		{"only the system", task("web", 1, wants("linux")), host("h1"), ""},
		{"engine's word for the platform", task("web", 1, wants("linux/x86_64")), host("h1"), ""},
		{"other platform", task("web", 1, wants("linux/arm64")), host("h1"), "platform: doesn't run linux/arm64 (it is linux/amd64)"},
		{"arm v7 on arm64", task("web", 1, wants("linux/arm/v7")), host("h1", arm("v8")), "platform: doesn't run linux/arm/v7 (it is linux/arm64/v8)"},
		{"arm64 v8 where the variant is not told", task("web", 1, wants("linux/arm64/v8")), host("h1", arm("")), ""},
		{"other variant", task("web", 1, wants("linux/arm64/v9")), host("h1", arm("v8")), "platform: doesn't run linux/arm64/v9 (it is linux/arm64/v8)"},
		{"memory fits exactly", task("web", 1, needing(0, 2*gib)), host("h1", reserving(0, 6*gib)), ""},
		{"memory short by a byte", task("web", 1, needing(0, 2*gib)), host("h1", reserving(0, 6*gib+1)), "reservations: lacks memory (need 2 GiB, 1.9 GiB free)"},
		{"memory given out twice", task("web", 1, needing(0, 1<<20)), host("h1", reserving(0, 9*gib)), "reservations: lacks memory (need 1 MiB, 0 B free)"},
		{"no memory needed on a full host", task("web", 1), host("h1", reserving(9e9, 9*gib)), ""},
		{"CPUs short", task("web", 1, needing(1_500_000_000, 0)), host("h1", reserving(3e9, 0)), "reservations: lacks CPUs (need 1.5, 1 free)"},
		{"capacity not known", task("web", 1, needing(64e9, 64*gib)), host("h1", unknown), ""},
		{"as many containers as the host takes", task("web", 1), host("h1", bounded(3), containers(3)), "reservations: is full (at most 3 containers)"},
		{"one container less", task("web", 1), host("h1", bounded(3), containers(2)), ""},
		{"devices fit exactly", task("web", 1, reservingDevices(hosts.Devices{"gpu": 2})), host("h1", having(hosts.Devices{"gpu": 3}, hosts.Devices{"gpu": 1})), ""},
		{"devices short", task("web", 1, reservingDevices(hosts.Devices{"gpu": 2, "ssd": 1})), host("h1", having(hosts.Devices{"gpu": 3, "ssd": 5}, hosts.Devices{"gpu": 2})), "devices: lacks gpu (need 2, 1 free)"},
		{"the second kind is short", task("web", 1, reservingDevices(hosts.Devices{"gpu": 1, "ssd": 1})), host("h1", having(hosts.Devices{"gpu": 3, "ssd": 1}, hosts.Devices{"ssd": 2})), "devices: lacks ssd (need 1, 0 free)"},
		{"no such device", task("web", 1, reservingDevices(hosts.Devices{"gpu": 1})), host("h1"), "devices: has no gpu"},
		{"nobody says how many", task("web", 1, reservingDevices(hosts.Devices{"gpu": 8})), host("h1", having(hosts.Devices{"gpu": hosts.ManyDevices}, hosts.Devices{"gpu": 8})), ""},
		{"all of them are shared", task("web", 1, reservingDevices(hosts.Devices{"gpu": 0})), host("h1", having(hosts.Devices{"gpu": 1}, hosts.Devices{"gpu": 1})), ""},
		{"nothing to share", task("web", 1, reservingDevices(hosts.Devices{"gpu": 0})), host("h1"), "devices: has no gpu"},
		{"another project has the host alone", task("web", 1), host("h1", func(c *Candidate) { c.Exclusive = "bank/db" }), "neighbours: belongs to bank/db alone"},
		{"another project keeps it away", task("web", 1), host("h1", against(Objection{"bank/db", "shop", "w*"})), "neighbours: has bank/db, which stays away from web"},
		{"another project keeps others away", task("web", 1), host("h1", against(Objection{"bank/db", "shop", "api"}, Objection{"bank/db", "bank", "*"})), ""},
		{"port free", task("web", 1, publishing(tcp("", 80))), host("h1", holding(tcp("", 8080))), ""},
		{"port taken", task("web", 1, publishing(tcp("", 80))), host("h1", holding(tcp("", 80))), "ports: has port 80 taken"},
		{"port taken on one address", task("web", 1, publishing(tcp("", 80))), host("h1", holding(tcp("10.0.0.1", 80))), "ports: has port 80 taken"},
		{"port taken on all IPv6 addresses", task("web", 1, publishing(tcp("127.0.0.1", 80))), host("h1", holding(tcp("::", 80))), "ports: has port 127.0.0.1:80 taken"},
		{"port taken on all IPv4 addresses", task("web", 1, publishing(tcp("::", 80))), host("h1", holding(tcp("0.0.0.0", 80))), "ports: has port 80 taken"},
		{"port taken on another address", task("web", 1, publishing(tcp("127.0.0.1", 80))), host("h1", holding(tcp("10.0.0.1", 80))), ""},
		{"one address, two spellings", task("web", 1, publishing(tcp("::1", 80))), host("h1", holding(tcp("0:0:0:0:0:0:0:1", 80))), "ports: has port [::1]:80 taken"},
		{"port of another protocol", task("web", 1, publishing(udp)), host("h1", holding(tcp("", 53))), ""},
		{"udp port taken", task("web", 1, publishing(udp)), host("h1", holding(udp)), "ports: has port 53/udp taken"},
		{"no protocol is tcp", task("web", 1, publishing(hosts.PublishedPort{HostPort: 80})), host("h1", holding(tcp("", 80))), "ports: has port 80 taken"},
		{"ports that the engine chooses", task("web", 1, publishing(tcp("", 0))), host("h1", holding(tcp("", 0))), ""},
		{"pinned here", task("db", 1, pinned("volume shop_data is on h1", "h1")), host("h1"), ""},
		{"pinned elsewhere", task("db", 1, pinned("volume shop_data is on h2", "h2")), host("h1"), "pins: is ruled out (volume shop_data is on h2)"},
		{"one of two pins", task("db", 1, pinned("a is on h1 and h2", "h1", "h2"), pinned("b is on h2", "h2")), host("h1"), "pins: is ruled out (b is on h2)"},
		{"fewer than max per host", task("web", 1, atMost(2)), host("h1", replicas("web", 1)), ""},
		{"max per host", task("web", 1, atMost(2)), host("h1", replicas("web", 2)), "max-per-host: has 2 replicas of web already (at most 2 on a host)"},
		{"max per host counts its service only", task("web", 1, atMost(1)), host("h1", replicas("db", 4)), ""},
		{"constraint met", task("db", 1, constrained("node.labels.disk==ssd")), host("h1", labelled(map[string]string{"disk": "ssd"})), ""},
		{"constraint not met", task("db", 1, constrained("node.labels.disk == ssd")), host("h1"), "constraints: doesn't meet node.labels.disk==ssd"},
		{"second constraint not met", task("db", 1, constrained("node.platform.os==linux", "node.id!=ID-h1")), host("h1"), "constraints: doesn't meet node.id!=ID-h1"},
		{"max-containers reached", task("web", 1, by("max-containers", 2)), host("h1", containers(2)), "max-containers: is full (at most 2 containers)"},
		{"max-containers not reached", task("web", 1, by("max-containers", 2)), host("h1", containers(1)), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, rejected, err := Eligible(c.task, []Candidate{c.host})
			assert.NilError(t, err)
			got := ""
			if len(rejected) > 0 {
				got = rejected[0].Filter + ": " + rejected[0].Reason
			}
			assert.Equal(t, got, c.want)
		})
	}
}

// TestSummaries checks that the plural says the same without the host's figures.
func TestSummaries(t *testing.T) {
	in := func(t *Task) { t.Locations = []string{"us"} }
	wants := func(t *Task) { t.Platform = hosts.ParsePlatform("windows/amd64") }
	for _, c := range []struct {
		task Task
		host Candidate
		want string
	}{
		{task("web", 1), host("h1", down("connection refused")), "are not ready"},
		{task("web", 1), host("h1", drained), "are drained"},
		{task("web", 1, in), host("h1"), "are not in location us"},
		{task("web", 1, wants), host("h1"), "don't run windows/amd64"},
		{task("web", 1, needing(0, 9*gib)), host("h1"), "lack memory (need 9 GiB)"},
		{task("web", 1, needing(5e9, 0)), host("h1"), "lack CPUs (need 5)"},
		{task("web", 1, publishing(tcp("", 80))), host("h1", holding(tcp("", 80))), "have port 80 taken"},
		{task("web", 1, pinned("volume v is on h2", "h2")), host("h1"), "are ruled out (volume v is on h2)"},
		{task("web", 1, atMost(1)), host("h1", replicas("web", 1)), "have 1 replica of web already (at most 1 on a host)"},
		{task("web", 1, constrained("node.id==x")), host("h1"), "don't meet node.id==x"},
		{task("web", 1, by("max-containers", 1)), host("h1", containers(1)), "are full (at most 1 container)"},
	} {
		_, rejected, err := Eligible(c.task, []Candidate{c.host})
		assert.NilError(t, err)
		assert.Equal(t, len(rejected), 1, c.want)
		assert.Equal(t, rejected[0].Summary, c.want)
	}
}

func TestEligibleSortsHostsAndRefusals(t *testing.T) {
	pool := []Candidate{host("h4"), host("h2", drained), host("h3"), host("h1", drained)}
	names, rejected, err := Eligible(task("agent", 1), pool)
	assert.NilError(t, err)
	assert.DeepEqual(t, names, []string{"h3", "h4"})
	assert.Equal(t, len(rejected), 2)
	assert.Equal(t, rejected[0].Host, "h1")
	assert.Equal(t, rejected[1].Host, "h2")
}

func TestMemoryRoundsSoThatSentencesAreTrue(t *testing.T) {
	h := host("h1", func(c *Candidate) { c.Host.Capacity.MemoryBytes = 2*gib + 1<<20 })
	_, rejected, err := Eligible(task("web", 1, needing(0, 2*gib+2<<20)), []Candidate{h})
	assert.NilError(t, err)
	assert.Equal(t, rejected[0].Reason, "lacks memory (need 2.1 GiB, 2 GiB free)")
}
