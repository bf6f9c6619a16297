package names

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"gotest.tools/v3/assert"
)

// town is a host with containers, and the rest of the world as maps.
type town struct {
	askers map[string]Asker
	local  map[string][]string // "zone/name"
}

func (t town) Asker(a netip.Addr) (Asker, bool) {
	asker, ok := t.askers[a.String()]
	return asker, ok
}

func (t town) Local(zone, name string) []netip.Addr {
	var found []netip.Addr
	for _, a := range t.local[zone+"/"+name] {
		found = append(found, netip.MustParseAddr(a))
	}
	return found
}

func (t town) NameOf(zone string, a netip.Addr) string {
	for key, addresses := range t.local {
		if name, ok := strings.CutPrefix(key, zone+"/"); ok && slices.Contains(addresses, a.String()) {
			return name
		}
	}
	return ""
}

func (t town) Fabric(a netip.Addr) bool { return netip.MustParsePrefix("10.32.0.0/16").Contains(a) }

// zoneFile answers A and PTR questions by name; err fails all.
type zoneFile struct {
	a     map[string][]string
	ptr   map[string]string
	err   error
	asked []string
}

func (z *zoneFile) Exchange(_ context.Context, question *dns.Msg, _ bool) (*dns.Msg, error) {
	q := question.Question[0]
	z.asked = append(z.asked, q.Name)
	if z.err != nil {
		return nil, z.err
	}
	reply := new(dns.Msg).SetReply(question)
	for _, a := range z.a[q.Name] {
		rr, err := dns.NewRR(q.Name + " 60 IN A " + a)
		if err != nil {
			return nil, err
		}
		reply.Answer = append(reply.Answer, rr)
	}
	if p, ok := z.ptr[q.Name]; ok && q.Qtype == dns.TypePTR {
		rr, err := dns.NewRR(q.Name + " 60 IN PTR " + p)
		if err != nil {
			return nil, err
		}
		reply.Answer = append(reply.Answer, rr)
	}
	if len(reply.Answer) == 0 {
		reply.Rcode = dns.RcodeNameError
	}
	return reply, nil
}

func shop() Network {
	return Network{Zone: "shop_default", Subnet: netip.MustParsePrefix("10.32.0.0/24")}
}

func back() Network {
	return Network{Zone: "shop_back", Subnet: netip.MustParsePrefix("10.32.1.0/24"), Internal: true}
}

// scene is one web container here, two elsewhere, and a database on an
// internal network.
func scene() (Answerer, *zoneFile, *zoneFile) {
	weave := &zoneFile{
		a: map[string][]string{
			"web.shop_default.weave.local.": {"10.32.0.5", "10.32.0.70", "10.32.0.130"},
			"db.shop_back.weave.local.":     {"10.32.1.9"},
			"bad.shop_default.weave.local.": {"10.99.0.1"},
		},
		ptr: map[string]string{"70.0.32.10.in-addr.arpa.": "web.shop_default.weave.local."},
	}
	outside := &zoneFile{a: map[string][]string{"example.com.": {"192.0.2.1"}}}
	here := town{
		askers: map[string]Asker{
			"10.32.0.5": {Networks: []Network{shop()}, Links: map[string]string{"store": "web"}},
			"10.32.1.7": {Networks: []Network{back()}},
			"10.32.0.8": {Networks: []Network{shop(), back()}},
		},
		local: map[string][]string{"shop_default/web": {"10.32.0.5"}},
	}
	return Answerer{Directory: here, Weave: weave, Outside: outside}, weave, outside
}

func ask(a Answerer, from, name string, kind uint16) *dns.Msg {
	return a.Answer(context.Background(), netip.MustParseAddr(from), new(dns.Msg).SetQuestion(name, kind), false)
}

func addresses(m *dns.Msg) []string {
	var found []string
	for _, rr := range m.Answer {
		if a, ok := rr.(*dns.A); ok {
			found = append(found, a.A.String())
		}
	}
	slices.Sort(found)
	return found
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		title, from, name string
		kind              uint16
		rcode             int
		want              []string
	}{
		{"all replicas, each once", "10.32.0.5", "web.", dns.TypeA, dns.RcodeSuccess, []string{"10.32.0.130", "10.32.0.5", "10.32.0.70"}},
		{"upper case", "10.32.0.5", "WEB.", dns.TypeA, dns.RcodeSuccess, []string{"10.32.0.130", "10.32.0.5", "10.32.0.70"}},
		{"with the network's name", "10.32.0.5", "web.shop_default.", dns.TypeA, dns.RcodeSuccess, []string{"10.32.0.130", "10.32.0.5", "10.32.0.70"}},
		{"a link", "10.32.0.5", "store.", dns.TypeA, dns.RcodeSuccess, []string{"10.32.0.130", "10.32.0.5", "10.32.0.70"}},
		{"a link of somebody else", "10.32.0.8", "store.", dns.TypeA, dns.RcodeNameError, nil},
		{"no IPv6 address, but a name", "10.32.0.5", "web.", dns.TypeAAAA, dns.RcodeSuccess, nil},
		{"a name of a network it is not on", "10.32.0.5", "db.", dns.TypeA, dns.RcodeNameError, nil},
		{"the same in full", "10.32.0.5", "db.shop_back.weave.local.", dns.TypeA, dns.RcodeNameError, nil},
		{"names of both its networks", "10.32.0.8", "db.", dns.TypeA, dns.RcodeSuccess, []string{"10.32.1.9"}},
		{"an address outside the subnet is not believed", "10.32.0.5", "bad.", dns.TypeA, dns.RcodeNameError, nil},
		{"the world", "10.32.0.5", "example.com.", dns.TypeA, dns.RcodeSuccess, []string{"192.0.2.1"}},
		{"the world from an internal network", "10.32.1.7", "example.com.", dns.TypeA, dns.RcodeNameError, nil},
		{"the world where one network has a way out", "10.32.0.8", "example.com.", dns.TypeA, dns.RcodeSuccess, []string{"192.0.2.1"}},
		{"a stranger", "10.99.0.1", "web.", dns.TypeA, dns.RcodeRefused, nil},
	} {
		t.Run(c.title, func(t *testing.T) {
			a, _, _ := scene()
			reply := ask(a, c.from, c.name, c.kind)
			assert.Equal(t, dns.RcodeToString[reply.Rcode], dns.RcodeToString[c.rcode])
			assert.DeepEqual(t, addresses(reply), c.want)
		})
	}
}

func TestInternalNamesNeverLeaveTheHost(t *testing.T) {
	a, _, outside := scene()
	ask(a, "10.32.1.7", "secret.example.com.", dns.TypeA)
	ask(a, "10.32.1.7", "web.", dns.TypeTXT)
	assert.Equal(t, len(outside.asked), 0)
}

func TestKnownNamesNeverLeaveTheHost(t *testing.T) {
	a, _, outside := scene()
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeMX, dns.TypeHTTPS} {
		ask(a, "10.32.0.5", "web.", kind)
	}
	assert.Equal(t, len(outside.asked), 0)
}

func TestWithoutTheRouter(t *testing.T) {
	a, weave, _ := scene()
	weave.err = errors.New("connection refused")

	local := ask(a, "10.32.0.5", "web.", dns.TypeA)
	assert.DeepEqual(t, addresses(local), []string{"10.32.0.5"})

	world := ask(a, "10.32.0.5", "example.com.", dns.TypeA)
	assert.DeepEqual(t, addresses(world), []string{"192.0.2.1"})

	remote := ask(a, "10.32.0.5", "cache.", dns.TypeA)
	assert.Equal(t, remote.Rcode, dns.RcodeServerFailure, "a name that may exist elsewhere is not denied")
}

func TestOrderIsRandom(t *testing.T) {
	a, _, _ := scene()
	first := map[string]bool{}
	for range 200 {
		first[ask(a, "10.32.0.5", "web.", dns.TypeA).Answer[0].(*dns.A).A.String()] = true
	}
	assert.Equal(t, len(first), 3)
}

func TestPointers(t *testing.T) {
	for _, c := range []struct {
		title, from, address, want string
	}{
		{"of this host", "10.32.0.8", "5.0.32.10.in-addr.arpa.", "web.shop_default."},
		{"of another host", "10.32.0.8", "70.0.32.10.in-addr.arpa.", "web.shop_default."},
		{"of a network it is not on", "10.32.1.7", "5.0.32.10.in-addr.arpa.", ""},
	} {
		t.Run(c.title, func(t *testing.T) {
			a, _, _ := scene()
			reply := ask(a, c.from, c.address, dns.TypePTR)
			if c.want == "" {
				assert.Equal(t, reply.Rcode, dns.RcodeNameError)
				return
			}
			assert.Equal(t, reply.Answer[0].(*dns.PTR).Ptr, c.want)
		})
	}
}
