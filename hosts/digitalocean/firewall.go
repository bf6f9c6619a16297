package digitalocean

import (
	"context"
	"slices"

	"github.com/digitalocean/godo"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// ensureFirewall makes the location's firewall where the template wants one and
// it isn't there. It goes by the location's tag, which has to exist before.
func (p *provider) ensureFirewall(ctx context.Context, l hosts.Location) error {
	if !l.Template.Bool("firewall") {
		return nil
	}
	name, err := tag.GroupName(l.Name)
	if err != nil {
		return err
	}
	there, err := all(func(o *godo.ListOptions) ([]godo.Firewall, *godo.Response, error) {
		return p.client.Firewalls.List(ctx, o)
	})
	if err != nil || slices.ContainsFunc(there, func(f godo.Firewall) bool { return f.Name == name }) {
		return failed("list firewalls", err)
	}
	members, err := locationTag(l.Name)
	if err != nil {
		return err
	}
	if _, _, err := p.client.Tags.Create(ctx, &godo.TagCreateRequest{Name: members}); err != nil && !isConflict(err) {
		return failed("create tag "+members, err)
	}
	_, _, err = p.client.Firewalls.Create(ctx, firewall(name, members))
	if isConflict(err) { // another run was faster
		return nil
	}
	return failed("create firewall "+name, err)
}

// firewall lets everybody in by SSH and ICMP, the members to the fabric and to
// each other's images, and everything out.
func firewall(name, members string) *godo.FirewallRequest {
	everybody := &godo.Sources{Addresses: []string{"0.0.0.0/0", "::/0"}}
	within := &godo.Sources{Tags: []string{members}}
	out := &godo.Destinations{Addresses: []string{"0.0.0.0/0", "::/0"}}
	return &godo.FirewallRequest{
		Name: name,
		Tags: []string{members},
		InboundRules: []godo.InboundRule{
			{Protocol: "tcp", PortRange: "22", Sources: everybody},
			{Protocol: "icmp", Sources: everybody},
			{Protocol: "tcp", PortRange: "6783-6795", Sources: within},
			{Protocol: "udp", PortRange: "6783-6795", Sources: within},
		},
		OutboundRules: []godo.OutboundRule{
			{Protocol: "tcp", PortRange: "all", Destinations: out},
			{Protocol: "udp", PortRange: "all", Destinations: out},
			{Protocol: "icmp", Destinations: out},
		},
	}
}
