package hetzner

import (
	"context"
	"fmt"
	"net"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// surroundings adds what the template names and the API knows by ID alone: a
// request for each.
func (p *provider) surroundings(ctx context.Context, l hosts.Location, wanted *hcloud.ServerCreateOpts) error {
	if name := l.Template.Text("network"); name != "" {
		network, _, err := p.client.Network.Get(ctx, name)
		if err != nil {
			return failed("look for network "+name, err)
		}
		if network == nil {
			return fmt.Errorf("location %s: the Hetzner project has no network %q", l.Name, name)
		}
		wanted.Networks = []*hcloud.Network{network}
	}
	for _, name := range l.Template.List("account-keys") {
		key, _, err := p.client.SSHKey.Get(ctx, name)
		if err != nil {
			return failed("look for SSH key "+name, err)
		}
		if key == nil {
			return fmt.Errorf("location %s: the Hetzner project has no SSH key %q", l.Name, name)
		}
		wanted.SSHKeys = append(wanted.SSHKeys, key)
	}
	if !l.Template.Bool("firewall") {
		return nil
	}
	firewall, err := p.firewall(ctx, l)
	if err == nil {
		wanted.Firewalls = []*hcloud.ServerCreateFirewall{{Firewall: *firewall}}
	}
	return err
}

// firewall is the location's, which is made where it isn't there. Hetzner's
// firewalls know no groups of servers, and don't filter private networks: so
// the machines must reach each other over one of those.
func (p *provider) firewall(ctx context.Context, l hosts.Location) (*hcloud.Firewall, error) {
	if l.Template.Text("network") == "" {
		return nil, fmt.Errorf("location %s: a firewall at Hetzner needs a network, over which the machines reach each other", l.Name)
	}
	name, err := tag.GroupName(l.Name)
	if err != nil {
		return nil, err
	}
	there, _, err := p.client.Firewall.GetByName(ctx, name)
	if err != nil || there != nil {
		return there, failed("look for firewall "+name, err)
	}
	made, _, err := p.client.Firewall.Create(ctx, hcloud.FirewallCreateOpts{Name: name, Rules: rules()})
	if hcloud.IsError(err, hcloud.ErrorCodeUniquenessError) { // another run was faster
		there, _, err = p.client.Firewall.GetByName(ctx, name)
		return there, failed("look for firewall "+name, err)
	}
	return made.Firewall, failed("create firewall "+name, err)
}

func rules() []hcloud.FirewallRule {
	everybody := []net.IPNet{{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}, {IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)}}
	return []hcloud.FirewallRule{
		{Direction: hcloud.FirewallRuleDirectionIn, Protocol: hcloud.FirewallRuleProtocolTCP, Port: hcloud.Ptr("22"), SourceIPs: everybody},
		{Direction: hcloud.FirewallRuleDirectionIn, Protocol: hcloud.FirewallRuleProtocolICMP, SourceIPs: everybody},
	}
}
