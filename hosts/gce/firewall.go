package gce

import (
	"context"
	"net/http"

	"google.golang.org/api/compute/v1"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// ensureFirewall makes the location's rules where the template wants them and
// they aren't there. The last one stands for all.
func (p *provider) ensureFirewall(ctx context.Context, l hosts.Location) error {
	if !l.Template.Bool("firewall") {
		return nil
	}
	group, err := tag.GroupName(l.Name)
	if err != nil {
		return err
	}
	rules := rules(group, network(l))
	last := rules[len(rules)-1].Name
	_, err = p.client.Firewalls.Get(p.project, last).Context(ctx).Do()
	if !isStatus(err, http.StatusNotFound) {
		return failed("look for firewall rule "+last, err)
	}
	for _, r := range rules {
		_, err := p.client.Firewalls.Insert(p.project, r).Context(ctx).Do()
		if err != nil && !isStatus(err, http.StatusConflict) { // another run was faster
			return failed("create firewall rule "+r.Name, err)
		}
	}
	return nil
}

// rules let everybody in by SSH, and the members to the fabric and to each
// other's images.
func rules(group, network string) []*compute.Firewall {
	members := []string{group}
	return []*compute.Firewall{
		{
			Name: group + "-ssh", Network: network, Direction: "INGRESS", TargetTags: members, SourceRanges: []string{"0.0.0.0/0"},
			Allowed: []*compute.FirewallAllowed{{IPProtocol: "tcp", Ports: []string{"22"}}},
		},
		{
			Name: group, Network: network, Direction: "INGRESS", TargetTags: members, SourceTags: members,
			Allowed: []*compute.FirewallAllowed{{IPProtocol: "tcp", Ports: []string{"6783-6795"}}, {IPProtocol: "udp", Ports: []string{"6783-6795"}}},
		},
	}
}
