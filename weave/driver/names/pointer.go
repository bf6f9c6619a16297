package names

import (
	"context"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// pointer answers what an address of the fabric is called, on networks that
// the asker is on.
func (a Answerer) pointer(ctx context.Context, asker Asker, address netip.Addr, question *dns.Msg) *dns.Msg {
	for _, n := range asker.Networks {
		if !n.Subnet.Contains(address) {
			continue
		}
		name := a.Directory.NameOf(n.Zone, address)
		if name == "" {
			name = a.remoteName(ctx, n.Zone, question)
		}
		if name != "" {
			return pointerTo(question, name+"."+strings.ToLower(n.Zone))
		}
	}
	return status(question, dns.RcodeNameError)
}

func (a Answerer) remoteName(ctx context.Context, zone string, question *dns.Msg) string {
	reply, err := a.Weave.Exchange(ctx, new(dns.Msg).SetQuestion(question.Question[0].Name, dns.TypePTR), true)
	if err != nil {
		return ""
	}
	for _, rr := range reply.Answer {
		if record, ok := rr.(*dns.PTR); ok {
			if name := nameIn(record.Ptr, zone); name != "" {
				return name
			}
		}
	}
	return ""
}

func pointerTo(question *dns.Msg, name string) *dns.Msg {
	reply := status(question, dns.RcodeSuccess)
	reply.Answer = []dns.RR{&dns.PTR{
		Hdr: dns.RR_Header{Name: question.Question[0].Name, Rrtype: dns.TypePTR, Class: dns.ClassINET, Ttl: ttl},
		Ptr: dns.Fqdn(name),
	}}
	return reply
}

// reverse reads the IPv4 address that a name under in-addr.arpa stands for.
func reverse(name string) (netip.Addr, bool) {
	labels, ok := strings.CutSuffix(strings.ToLower(name), ".in-addr.arpa.")
	parts := strings.Split(labels, ".")
	if !ok || len(parts) != 4 {
		return netip.Addr{}, false
	}
	var b [4]byte
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return netip.Addr{}, false
		}
		b[3-i] = byte(n)
	}
	return netip.AddrFrom4(b), true
}
