package digitalocean

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/digitalocean/godo"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// Create asks for a droplet. The cloud would make a second one of the same
// name, so each request for one comes after a look whether it is there: also
// after an answer that was lost. Another look, after it is made, tells whether
// somebody else's order came in between.
func (p *provider) Create(ctx context.Context, o hosts.Order) (hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wanted, err := wanted(o)
	if err != nil {
		return hosts.Machine{}, err
	}
	if there, ok, err := p.find(ctx, o); ok || err != nil {
		return there, err
	}
	if err := p.ensureFirewall(ctx, o.Location); err != nil {
		return hosts.Machine{}, err
	}
	what := fmt.Sprintf("create droplet %s (%s, %s, %s)", o.Name, wanted.Size, wanted.Image.Slug, wanted.Region)
	for try := 1; ; try++ {
		made, _, err := p.once.Droplets.Create(ctx, wanted)
		if err == nil {
			return p.settle(ctx, o, machine(made, o.Location))
		}
		if try == tries || !passing(ctx, err) || !wait(ctx, pauseAfter(err, p.pause<<try)) {
			return hosts.Machine{}, failed(what, err)
		}
		if there, ok, err := p.find(ctx, o); ok || err != nil {
			return there, err
		}
	}
}

// settle leaves one machine of those that orders of one name have made at the
// same time: the oldest, on which all of them agree. Ours is deleted where it is
// another.
func (p *provider) settle(ctx context.Context, o hosts.Order, made hosts.Machine) (hosts.Machine, error) {
	first, ok, err := p.find(ctx, o)
	if err != nil || !ok || first.ID == made.ID {
		return made, err
	}
	return first, p.Delete(ctx, made)
}

// find returns the machine of the order, the oldest of several; ok is false
// where there is none.
func (p *provider) find(ctx context.Context, o hosts.Order) (found hosts.Machine, ok bool, err error) {
	machines, err := p.List(ctx, o.Location)
	for _, m := range machines {
		if m.Name == o.Name {
			return m, true, nil
		}
	}
	return found, false, err
}

// wanted is the droplet as the order and the template want it.
func wanted(o hosts.Order) (*godo.DropletCreateRequest, error) {
	t := o.Location.Template
	tags, err := tagNames(tag.Of(o))
	if err != nil {
		return nil, err
	}
	size := cmp.Or(o.Size, t.Text("size"))
	if size == "" {
		return nil, fmt.Errorf("location %s: the template names no size, such as s-1vcpu-1gb", o.Location.Name)
	}
	var keys []godo.DropletCreateSSHKey
	for _, fingerprint := range t.List("account-keys") {
		keys = append(keys, godo.DropletCreateSSHKey{Fingerprint: fingerprint})
	}
	return &godo.DropletCreateRequest{
		Name:     tag.MachineName(tag.Of(o)),
		Size:     size,
		Image:    godo.DropletCreateImage{Slug: cmp.Or(t.Text("image"), defaultImage)},
		Region:   region(o.Location),
		VPCUUID:  t.Text("network"),
		SSHKeys:  keys,
		UserData: o.UserData,
		Tags:     tags,
	}, nil
}

// wait is false where the context ends first.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func region(l hosts.Location) string { return cmp.Or(l.Template.Text("region"), defaultRegion) }
