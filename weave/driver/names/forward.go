package names

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// Forwarder sends questions to servers in turn until one answers.
type Forwarder struct {
	// Servers returns HOST:PORT of each, the preferred one first.
	Servers func() []string
	// Timeout bounds what one server may take.
	Timeout time.Duration
}

// Exchange returns the first answer; a server that fails or refuses is passed over.
func (f Forwarder) Exchange(ctx context.Context, question *dns.Msg, overTCP bool) (*dns.Msg, error) {
	failed := errors.New("no resolver is configured on this host")
	for _, server := range f.Servers() {
		reply, err := f.ask(ctx, question, server, overTCP)
		if err == nil && reply.Rcode != dns.RcodeServerFailure && reply.Rcode != dns.RcodeRefused {
			return reply, nil
		}
		if err == nil {
			err = errors.New(dns.RcodeToString[reply.Rcode])
		}
		failed = fmt.Errorf("ask %s: %w", server, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}

func (f Forwarder) ask(ctx context.Context, question *dns.Msg, server string, overTCP bool) (*dns.Msg, error) {
	client := dns.Client{Timeout: f.Timeout, Net: "udp", UDPSize: dns.DefaultMsgSize}
	if overTCP {
		client.Net = "tcp"
	}
	outgoing := question.Copy()
	outgoing.Id = dns.Id()
	reply, _, err := client.ExchangeContext(ctx, outgoing, server)
	if err != nil {
		return nil, err
	}
	reply.Id = question.Id
	return reply, nil
}

// Resolvers reads the name servers of a resolv.conf, IPv4 and IPv6, at most
// three as resolvers do.
func Resolvers(path string) []string {
	config, err := dns.ClientConfigFromFile(path)
	if err != nil {
		return nil
	}
	var servers []string
	for _, s := range config.Servers[:min(len(config.Servers), 3)] {
		if _, err := netip.ParseAddr(s); err == nil {
			servers = append(servers, net.JoinHostPort(s, config.Port))
		}
	}
	return servers
}
