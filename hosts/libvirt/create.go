package libvirt

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/digitalocean/go-libvirt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Create returns when the domain has been started. What an interrupted creation
// left is deleted, and made anew from this order.
func (p *Provider) Create(ctx context.Context, order hosts.Order) (m hosts.Machine, err error) {
	size, err := p.template.shapeOf(order.Size)
	if err != nil {
		return m, fmt.Errorf("create machine %s: %w", order.Name, err)
	}
	err = p.daemon.with(ctx, func(s session) error {
		c := creation{session: s, template: p.template, order: order, shape: size}
		made, err := c.ensure()
		if err != nil {
			return fmt.Errorf("create machine %s: %w", order.Name, err)
		}
		m, err = s.machine(made, p.template.user)
		return err
	})
	return m, err
}

// creation is one order on its way.
type creation struct {
	session
	template template
	order    hosts.Order
	shape    shape
}

func (c creation) ensure() (owned, error) {
	found, there, err := c.find()
	if err != nil || there && found.label.Started {
		return found, err
	}
	if there {
		runs, err := c.DomainIsActive(found.Domain)
		if err != nil {
			return found, fmt.Errorf("ask whether domain %s runs: %w", found.Name, err)
		}
		if runs == 1 {
			return c.markStarted(found)
		}
		if err := c.remove(found); err != nil {
			return found, fmt.Errorf("clear away what an interrupted run left: %w", err)
		}
	}
	return c.make()
}

// find returns the order's domain, if there is one.
func (c creation) find() (owned, bool, error) {
	d, err := c.DomainLookupByName(domainName(c.order.Location.Name, c.order.Name))
	if isCode(err, libvirt.ErrNoDomain) {
		return owned{}, false, nil
	}
	if err != nil {
		return owned{}, false, err
	}
	return c.read(d)
}

// make defines the domain, which takes the name, and then makes what it needs.
// A domain that can't be started is taken back.
func (c creation) make() (owned, error) {
	pool, err := c.StoragePoolLookupByName(c.template.pool)
	if isCode(err, libvirt.ErrNoStoragePool) {
		return owned{}, fmt.Errorf("there is no storage pool %s: see 'virsh pool-list --all'", c.template.pool)
	}
	if err != nil {
		return owned{}, err
	}
	base, err := c.image(pool, c.template.image)
	if err != nil {
		return owned{}, err
	}
	l := labelOf(c.order, cmp.Or(c.order.Size, c.template.size, defaultSize), c.template.pool, time.Now())
	root, err := diskOn(base, l.disk().Name, c.shape.disk)
	if err != nil {
		return owned{}, err
	}
	text, err := c.template.domainOf(l, c.shape)
	if err != nil {
		return owned{}, err
	}
	defined, err := c.DomainDefineXMLFlags(text, libvirt.DomainDefineValidate)
	if err != nil {
		return c.foundAfter(err)
	}
	o := owned{defined, l}
	if err := c.complete(o, pool, root); err != nil {
		if undone := c.remove(o); undone != nil {
			return o, errors.Join(err, fmt.Errorf("and it can't be taken back: %w", undone))
		}
		return o, err
	}
	return c.markStarted(o)
}

// foundAfter is for a definition that was refused, because another run's came
// just before.
func (c creation) foundAfter(refusal error) (owned, error) {
	if found, there, err := c.find(); err == nil && there {
		return found, nil
	}
	return owned{}, fmt.Errorf("define the domain: %w", refusal)
}

// complete makes the volumes and starts the domain.
func (c creation) complete(o owned, pool libvirt.StoragePool, root volume) error {
	if _, err := c.createVolume(pool, root); err != nil {
		return err
	}
	content, err := seed(uuidText(o.UUID), c.order.Name, c.order.UserData)
	if err != nil {
		return err
	}
	made, err := c.createVolume(pool, seedVolume(o.label.seed().Name, int64(len(content))))
	if err != nil {
		return err
	}
	if err := c.fillVolume(made, bytes.NewReader(content), int64(len(content))); err != nil {
		return err
	}
	if err := c.DomainCreate(o.Domain); err != nil {
		return fmt.Errorf("start the domain: %w", withCapacity(err))
	}
	return nil
}

func (c creation) markStarted(o owned) (owned, error) {
	o.label.Started = true
	text, err := o.label.xml()
	if err != nil {
		return o, err
	}
	err = c.DomainSetMetadata(o.Domain, int32(libvirt.DomainMetadataElement), libvirt.OptString{text}, libvirt.OptString{"clocker"},
		libvirt.OptString{labelSpace}, libvirt.DomainAffectConfig|libvirt.DomainAffectLive)
	if err != nil {
		return o, fmt.Errorf("mark domain %s as started: %w", o.Name, err)
	}
	return o, nil
}
