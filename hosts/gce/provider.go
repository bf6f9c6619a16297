package gce

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"
	"google.golang.org/api/googleapi"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// listed is what a list tells of instances: not their metadata, which hold keys.
const listed googleapi.Field = "items/*/instances(id,name,zone,status,statusMessage,creationTimestamp,machineType,labels,networkInterfaces)"

type provider struct {
	client  *compute.Service
	project string
	pause   time.Duration
}

// List asks for the instances of all zones that have the location's label.
func (p *provider) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	spelled, err := tag.Location(l.Name)
	if err != nil {
		return nil, err
	}
	var machines []hosts.Machine
	filter := fmt.Sprintf("labels.%s=%q", label(hosts.TagLocation), spelled)
	err = p.client.Instances.AggregatedList(p.project).Filter(filter).MaxResults(500).Fields("nextPageToken", listed).
		Pages(ctx, func(page *compute.InstanceAggregatedList) error {
			for _, zone := range page.Items {
				for _, i := range zone.Instances {
					machines = append(machines, machine(i, l))
				}
			}
			return nil
		})
	slices.SortFunc(machines, func(a, b hosts.Machine) int { return strings.Compare(a.Name, b.Name) })
	return machines, failed("list instances", err)
}

// Delete asks for the instance's deletion, and doesn't wait for it.
func (p *provider) Delete(ctx context.Context, m hosts.Machine) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	zone, id, ok := strings.Cut(m.ID, "/")
	if !ok {
		return fmt.Errorf("delete instance %s: %q is not a zone and an ID", m.Name, m.ID)
	}
	_, err := p.client.Instances.Delete(p.project, zone, id).Context(ctx).Do()
	if isStatus(err, http.StatusNotFound) {
		return nil
	}
	return failed("delete instance "+m.Name, err)
}
