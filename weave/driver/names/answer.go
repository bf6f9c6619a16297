package names

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ttl is in seconds. Containers come and go; asking again is cheap.
const ttl = uint32(hosts.NameTTL / time.Second)

// Answerer answers questions of containers.
type Answerer struct {
	Directory Directory
	// Weave knows the names of every host.
	Weave Resolver
	// Outside knows all other names.
	Outside Resolver
}

// Answer returns the reply to a question that came from the address.
func (a Answerer) Answer(ctx context.Context, from netip.Addr, question *dns.Msg, overTCP bool) *dns.Msg {
	asker, known := a.Directory.Asker(from)
	if !known || question.Opcode != dns.OpcodeQuery || len(question.Question) != 1 {
		return status(question, dns.RcodeRefused)
	}
	if q := question.Question[0]; q.Qtype == dns.TypePTR {
		if address, ok := reverse(q.Name); ok && a.Directory.Fabric(address) {
			return a.pointer(ctx, asker, address, question)
		}
	}
	return a.byName(ctx, asker, question, overTCP)
}

func (a Answerer) byName(ctx context.Context, asker Asker, question *dns.Msg, overTCP bool) *dns.Msg {
	name := strings.ToLower(strings.TrimSuffix(question.Question[0].Name, "."))
	addresses, weaveDown := a.lookup(ctx, asker, name)
	if len(addresses) > 0 {
		return records(question, addresses)
	}
	if !asker.external() {
		return status(question, unknown(weaveDown))
	}
	reply, err := a.Outside.Exchange(ctx, question, overTCP)
	if err != nil {
		return status(question, dns.RcodeServerFailure)
	}
	if reply.Rcode == dns.RcodeNameError && weaveDown {
		// The name may well be a container's on another host: have it asked again.
		return status(question, dns.RcodeServerFailure)
	}
	return reply
}

func unknown(weaveDown bool) int {
	if weaveDown {
		return dns.RcodeServerFailure
	}
	return dns.RcodeNameError
}

// lookup finds the name in every network of the asker; down tells that the
// names of other hosts could not be had.
func (a Answerer) lookup(ctx context.Context, asker Asker, name string) (found []netip.Addr, down bool) {
	if target, ok := asker.Links[name]; ok {
		name = target
	}
	for _, n := range asker.Networks {
		for _, bare := range candidates(name, n.Zone) {
			local := a.Directory.Local(n.Zone, bare)
			remote, err := a.remote(ctx, bare, n)
			down = down || err != nil
			found = append(append(found, local...), remote...)
		}
	}
	slices.SortFunc(found, netip.Addr.Compare)
	return slices.Compact(found), down
}

// candidates are what a name may mean in a zone: itself, and what stands
// before the zone's own name.
func candidates(name, zone string) []string {
	if bare, ok := strings.CutSuffix(name, "."+strings.ToLower(zone)); ok && bare != "" {
		return []string{name, bare}
	}
	return []string{name}
}

// remote asks weaveDNS, over TCP, by which it tells all addresses.
func (a Answerer) remote(ctx context.Context, name string, n Network) ([]netip.Addr, error) {
	fqdn := FQDN(name, n.Zone)
	if _, ok := dns.IsDomainName(fqdn); !ok {
		return nil, nil
	}
	reply, err := a.Weave.Exchange(ctx, new(dns.Msg).SetQuestion(fqdn, dns.TypeA), true)
	if err != nil {
		return nil, err
	}
	var found []netip.Addr
	for _, rr := range reply.Answer {
		if record, ok := rr.(*dns.A); ok {
			if address, ok := netip.AddrFromSlice(record.A.To4()); ok && n.Subnet.Contains(address) {
				found = append(found, address)
			}
		}
	}
	return found, nil
}

// records makes the answer of a name that is known: its addresses in random
// order, or no data for what is not an IPv4 address.
func records(question *dns.Msg, addresses []netip.Addr) *dns.Msg {
	reply := status(question, dns.RcodeSuccess)
	q := question.Question[0]
	if q.Qtype != dns.TypeA && q.Qtype != dns.TypeANY {
		return reply
	}
	for _, i := range rand.Perm(len(addresses)) {
		reply.Answer = append(reply.Answer, &dns.A{
			Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: ttl},
			A:   addresses[i].AsSlice(),
		})
	}
	return reply
}

func status(question *dns.Msg, rcode int) *dns.Msg {
	reply := new(dns.Msg).SetRcode(question, rcode)
	reply.RecursionAvailable = true
	return reply
}
