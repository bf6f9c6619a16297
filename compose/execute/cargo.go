package execute

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// takers is how many hosts one host gives an image at a time. Each that has got
// it gives it to others, so that it spreads as a tree.
const takers = 2

// cargo is an image on its way from the host that has it to others.
type cargo struct {
	// wanted is the image as the first host has it.
	wanted hosts.Image
	// offer makes a host give its images to others, and tells whether it can.
	offer func(ctx context.Context, host string) bool

	mu sync.Mutex
	// holders are in the order in which they got it.
	holders []holder
	// passing tells that a copy passes through this machine.
	passing bool
	// changed is closed at the next change, and then another one.
	changed chan struct{}
}

// holder is a host that has the cargo as a whole.
type holder struct {
	host string
	// offers tells that other hosts can get it there, once that was asked; giving
	// counts those that do now, given all that did.
	offers, asked bool
	giving, given int
}

// before tells which of two holders has done less.
func (h holder) before(other holder) bool {
	return cmp.Or(cmp.Compare(h.giving, other.giving), cmp.Compare(h.given, other.given)) < 0
}

// cargoes are the images that a run carries.
type cargoes struct {
	mu   sync.Mutex
	list map[[2]string]*cargo
}

// cargo is what a step brings a host's copy of: all steps that bring the same
// image from the same host share it.
func (r *run) cargo(ctx context.Context, a plan.CopyImage) (*cargo, error) {
	r.cargoes.mu.Lock()
	defer r.cargoes.mu.Unlock()
	key := [2]string{a.Ref, a.From}
	if c := r.cargoes.list[key]; c != nil {
		return c, nil
	}
	c := &cargo{changed: make(chan struct{}), offer: r.offer}
	var failure error
	for _, host := range append([]string{a.From}, a.Also...) {
		image, err := r.imageOn(ctx, host, a.Ref)
		switch {
		case err != nil:
			failure = cmp.Or(failure, err)
			continue
		case len(c.holders) == 0:
			c.wanted = image
		case !same(image, c.wanted):
			continue
		}
		c.holders = append(c.holders, holder{host: host})
	}
	if len(c.holders) == 0 {
		return nil, failure
	}
	r.cargoes.list[key] = c
	return c, nil
}

func (r *run) imageOn(ctx context.Context, host, ref string) (hosts.Image, error) {
	engine, err := r.Engine(host)
	if err != nil {
		return hosts.Image{}, err
	}
	image, err := engine.InspectImage(ctx, ref)
	if err != nil {
		return hosts.Image{}, sourceError{host, err}
	}
	return image, nil
}

func (r *run) offer(ctx context.Context, host string) bool {
	return r.carrier != nil && r.carrier.Offer(ctx, host)
}

// way is how one host gets the cargo.
type way struct {
	// from are the hosts that have it, the one that gives it first.
	from []string
	// here tells that it passes through this machine.
	here bool
	// leave gives the way to others; once is enough.
	leave func()
}

// take waits until a host that has the cargo is free to give it. Where none of
// them offers it, and where the caller has found that it can't be had from them,
// one copy at a time passes through this machine.
func (c *cargo) take(ctx context.Context, here bool) (way, error) {
	for {
		c.ask(ctx)
		c.mu.Lock()
		w, ok := c.free(here)
		changed := c.changed
		c.mu.Unlock()
		if ok {
			return w, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return way{}, ctx.Err()
		}
	}
}

// ask finds out which of the holders offer it, of all at once: that takes a moment.
func (c *cargo) ask(ctx context.Context) {
	c.mu.Lock()
	list := slices.Clone(c.holders)
	c.mu.Unlock()
	var asking sync.WaitGroup
	for i, h := range list {
		if !h.asked {
			asking.Go(func() {
				offers := c.offer(ctx, h.host)
				c.mu.Lock()
				defer c.mu.Unlock()
				c.holders[i].offers, c.holders[i].asked = offers, true
			})
		}
	}
	asking.Wait()
}

func (c *cargo) free(here bool) (way, bool) {
	giver, offered := -1, false
	for i, h := range c.holders {
		offered = offered || h.offers
		if h.offers && h.giving < takers && (giver < 0 || h.before(c.holders[giver])) {
			giver = i
		}
	}
	switch {
	case offered && !here:
		return c.direct(giver)
	case c.passing:
		return way{}, false
	}
	c.passing = true
	return way{from: c.others(""), here: true, leave: sync.OnceFunc(func() { c.change(func() { c.passing = false }) })}, true
}

// direct is a way from a holder, and from others where that one fails.
func (c *cargo) direct(giver int) (way, bool) {
	if giver < 0 {
		return way{}, false
	}
	c.holders[giver].giving++
	c.holders[giver].given++
	host := c.holders[giver].host
	leave := sync.OnceFunc(func() { c.change(func() { c.holders[giver].giving-- }) })
	return way{from: append([]string{host}, c.others(host)...), leave: leave}, true
}

// others are the holders but one.
func (c *cargo) others(but string) (names []string) {
	for _, h := range c.holders {
		if h.host != but {
			names = append(names, h.host)
		}
	}
	return names
}

// arrived adds a host that has the cargo by now, if only its courier.
func (c *cargo) arrived(host string) {
	c.change(func() {
		if !slices.Contains(c.others(""), host) {
			c.holders = append(c.holders, holder{host: host})
		}
	})
}

func (c *cargo) change(what func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	what()
	close(c.changed)
	c.changed = make(chan struct{})
}
