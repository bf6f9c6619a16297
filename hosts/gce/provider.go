package gce

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

type provider struct {
	api   *api
	pause time.Duration
}

// List asks for the instances of all zones that have the location's label.
func (p *provider) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	spelled, err := tag.Location(l.Name)
	if err != nil {
		return nil, err
	}
	query := url.Values{"filter": {fmt.Sprintf("labels.%s=%q", label(hosts.TagLocation), spelled)}, "maxResults": {"500"}}
	var machines []hosts.Machine
	for {
		var page struct {
			Items         map[string]struct{ Instances []instance }
			NextPageToken string
		}
		if err := p.api.call(ctx, http.MethodGet, "aggregated/instances", query, nil, &page); err != nil {
			return nil, failed("list instances", err)
		}
		for _, zone := range page.Items {
			for _, i := range zone.Instances {
				machines = append(machines, machine(i, l))
			}
		}
		if page.NextPageToken == "" {
			slices.SortFunc(machines, func(a, b hosts.Machine) int { return strings.Compare(a.Name, b.Name) })
			return machines, nil
		}
		query.Set("pageToken", page.NextPageToken)
	}
}

// Delete asks for the instance's deletion, and doesn't wait for it.
func (p *provider) Delete(ctx context.Context, m hosts.Machine) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	zone, id, ok := strings.Cut(m.ID, "/")
	if !ok {
		return fmt.Errorf("delete instance %s: %q is not a zone and an ID", m.Name, m.ID)
	}
	err := p.api.call(ctx, http.MethodDelete, inZone(zone, "instances", id), nil, nil, new(operation))
	if isStatus(err, http.StatusNotFound) {
		return nil
	}
	return failed("delete instance "+m.Name, err)
}

// inZone is the path of something in a zone.
func inZone(zone string, parts ...string) string {
	path := "zones/" + url.PathEscape(zone)
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}
