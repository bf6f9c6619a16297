package ec2

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// states are those of instances that are somebody's machines, or about to be none.
func states() []string {
	return []string{"pending", "running", "stopping", "stopped", "shutting-down"}
}

type provider struct {
	api   *api
	pause time.Duration
}

// List asks for the instances that have the location's tag.
func (p *provider) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	there, err := p.instances(ctx, filter{"tag:" + hosts.TagLocation, []string{l.Name}}, filter{"instance-state-name", states()})
	if err != nil {
		return nil, failed("list instances", err)
	}
	machines := make([]hosts.Machine, len(there))
	for i, instance := range there {
		machines[i] = machine(instance, l)
	}
	slices.SortFunc(machines, func(a, b hosts.Machine) int { return strings.Compare(a.Name, b.Name) })
	return machines, nil
}

// Delete terminates the instance.
func (p *provider) Delete(ctx context.Context, m hosts.Machine) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := p.api.call(ctx, "TerminateInstances", url.Values{"InstanceId.1": {m.ID}}, new(struct{}))
	if isCode(err, "InvalidInstanceID.NotFound") {
		return nil
	}
	return failed("terminate instance "+m.ID+" of "+m.Name, err)
}

// filter is what EC2 lists go by: any of the values.
type filter struct {
	name   string
	values []string
}

func filtered(filters ...filter) url.Values {
	v := url.Values{}
	for i, f := range filters {
		v.Set(fmt.Sprintf("Filter.%d.Name", i+1), f.name)
		for j, value := range f.values {
			v.Set(fmt.Sprintf("Filter.%d.Value.%d", i+1, j+1), value)
		}
	}
	return v
}

// instances gathers all pages.
func (p *provider) instances(ctx context.Context, filters ...filter) (found []instance, err error) {
	parameters := filtered(filters...)
	parameters.Set("MaxResults", "1000")
	for {
		var page struct {
			Instances []instance `xml:"reservationSet>item>instancesSet>item"`
			NextToken string     `xml:"nextToken"`
		}
		if err := p.api.call(ctx, "DescribeInstances", parameters, &page); err != nil {
			return nil, err
		}
		found = append(found, page.Instances...)
		if page.NextToken == "" {
			return found, nil
		}
		parameters.Set("NextToken", page.NextToken)
	}
}
