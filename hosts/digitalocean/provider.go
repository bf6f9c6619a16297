package digitalocean

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// pageSize is the most that a page of a list may have.
const pageSize = 200

type provider struct {
	// client sends a request again that is throttled or meets an error of the cloud's.
	client *godo.Client
	// once does not: it is for what would be made twice.
	once  *godo.Client
	pause time.Duration
}

// List asks for the droplets that have the location's tag. Where two have the
// name of one machine, as a run was cut short that was about to delete one, the
// oldest is that machine; the others are broken, and have their ID in their names.
func (p *provider) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	name, err := locationTag(l.Name)
	if err != nil {
		return nil, err
	}
	droplets, err := all(func(o *godo.ListOptions) ([]godo.Droplet, *godo.Response, error) {
		return p.client.Droplets.ListByTag(ctx, name, o)
	})
	if err != nil {
		return nil, failed("list droplets", err)
	}
	machines := make([]hosts.Machine, len(droplets))
	for i := range droplets {
		machines[i] = machine(&droplets[i], l)
	}
	return distinct(machines), nil
}

// distinct sorts machines by name, and those of one name by age: IDs grow.
func distinct(machines []hosts.Machine) []hosts.Machine {
	slices.SortFunc(machines, func(a, b hosts.Machine) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(len(a.ID), len(b.ID)), strings.Compare(a.ID, b.ID))
	})
	name := ""
	for i, m := range machines {
		if i > 0 && m.Name == name {
			machines[i].Name = name + "-" + m.ID
			machines[i].State, machines[i].Fault = hosts.MachineBroken, "an older droplet is "+name
		}
		name = m.Name
	}
	return machines
}

// Delete deletes the droplet, and the tags that no other one has. DigitalOcean
// deletes none that it is at work on, and doesn't always say so of one that it is
// still making: that is asked for again, for a while.
func (p *provider) Delete(ctx context.Context, m hosts.Machine) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	id, err := strconv.Atoi(m.ID)
	if err != nil {
		return fmt.Errorf("delete droplet %s: %q is no ID of DigitalOcean's", m.Name, m.ID)
	}
	for try := 1; ; try++ {
		_, err := p.client.Droplets.Delete(ctx, id)
		switch {
		case isNotFound(err), err == nil && (m.State != hosts.MachineMaking || try == farewells):
			return p.deleteKeyTag(ctx, m)
		case err != nil && !isBusy(err):
			return failed("delete droplet "+m.Name, err)
		case !wait(ctx, p.pause):
			return failed("delete droplet "+m.Name, cmp.Or(err, ctx.Err()))
		}
	}
}

// farewells are how often a droplet is deleted that is still being made.
const farewells = 30

// deleteKeyTag deletes the tag of the machine's host key, which DigitalOcean
// keeps without a droplet. That of its name is there for its successors.
func (p *provider) deleteKeyTag(ctx context.Context, m hosts.Machine) error {
	spelled, err := tag.Set{Location: m.Location, Name: m.Name, HostKey: m.HostKey}.Spell()
	if err != nil || m.HostKey == "" {
		return nil // there is no such tag
	}
	name := tagName(hosts.TagHostKey, spelled[hosts.TagHostKey])
	if _, err := p.client.Tags.Delete(ctx, name); err != nil && !isNotFound(err) {
		return failed("delete tag "+name, err)
	}
	return nil
}

// all gathers the pages of a list.
func all[T any](list func(*godo.ListOptions) ([]T, *godo.Response, error)) (found []T, err error) {
	for page := 1; ; page++ {
		there, response, err := list(&godo.ListOptions{Page: page, PerPage: pageSize})
		if err != nil {
			return nil, err
		}
		found = append(found, there...)
		if response.Links == nil || response.Links.IsLastPage() {
			return found, nil
		}
	}
}
