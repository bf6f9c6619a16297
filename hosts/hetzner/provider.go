package hetzner

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

type provider struct {
	client *hcloud.Client
	pause  time.Duration
}

// List asks for the servers that have the location's label, fifty at a time.
func (p *provider) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	spelled, err := tag.Location(l.Name)
	if err != nil {
		return nil, err
	}
	selector := hosts.TagLocation + "=" + spelled
	servers, err := p.client.Server.AllWithOpts(ctx, hcloud.ServerListOpts{ListOpts: hcloud.ListOpts{LabelSelector: selector, PerPage: 50}})
	if err != nil {
		return nil, failed("list servers", err)
	}
	machines := make([]hosts.Machine, len(servers))
	for i, s := range servers {
		machines[i] = machine(s, l)
	}
	slices.SortFunc(machines, func(a, b hosts.Machine) int { return strings.Compare(a.Name, b.Name) })
	return machines, nil
}

// Delete deletes the server. One that is still being made is locked for a
// while: that is waited for.
func (p *provider) Delete(ctx context.Context, m hosts.Machine) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	id, err := strconv.ParseInt(m.ID, 10, 64)
	if err != nil {
		return fmt.Errorf("delete server %s: %q is no ID of Hetzner's", m.Name, m.ID)
	}
	for {
		_, _, err := p.client.Server.DeleteWithResult(ctx, &hcloud.Server{ID: id})
		switch {
		case err == nil, hcloud.IsError(err, hcloud.ErrorCodeNotFound):
			return nil
		case !hcloud.IsError(err, hcloud.ErrorCodeLocked):
			return failed("delete server "+m.Name, err)
		}
		select {
		case <-ctx.Done():
			return failed("delete server "+m.Name, err)
		case <-time.After(p.pause):
		}
	}
}
