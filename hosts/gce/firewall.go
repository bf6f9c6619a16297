package gce

import (
	"context"
	"net/http"
	"net/url"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// rule is one of a network's firewall.
type rule struct {
	Name       string    `json:"name"`
	Network    string    `json:"network"`
	Direction  string    `json:"direction"`
	From       []string  `json:"sourceRanges,omitempty"`
	FromTags   []string  `json:"sourceTags,omitempty"`
	TargetTags []string  `json:"targetTags"`
	Allowed    []allowed `json:"allowed"`
}

type allowed struct {
	Protocol string   `json:"IPProtocol"`
	Ports    []string `json:"ports,omitempty"`
}

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
	err = p.api.call(ctx, http.MethodGet, "global/firewalls/"+url.PathEscape(last), nil, nil, new(rule))
	if !isStatus(err, http.StatusNotFound) {
		return failed("look for firewall rule "+last, err)
	}
	for _, r := range rules {
		err := p.api.call(ctx, http.MethodPost, "global/firewalls", nil, r, new(operation))
		if err != nil && !isStatus(err, http.StatusConflict) {
			return failed("create firewall rule "+r.Name, err)
		}
	}
	return nil
}

// rules let everybody in by SSH, and the members to the fabric and to each
// other's images.
func rules(group, network string) []rule {
	members := []string{group}
	return []rule{
		{
			Name: group + "-ssh", Network: network, Direction: "INGRESS", TargetTags: members, From: []string{"0.0.0.0/0"},
			Allowed: []allowed{{"tcp", []string{"22"}}},
		},
		{
			Name: group, Network: network, Direction: "INGRESS", TargetTags: members, FromTags: members,
			Allowed: []allowed{{"tcp", []string{"6783-6795"}}, {"udp", []string{"6783-6795"}}},
		},
	}
}
