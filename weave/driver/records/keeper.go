package records

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Router is where records are kept.
type Router interface {
	Put(context.Context, Record) error
	Delete(context.Context, Record) error
	List(context.Context) ([]Record, error)
}

// Keeper makes the router's records those that are wanted.
type Keeper struct {
	router Router
	want   func() []Record
	token  Record
	asks   func(ctx context.Context, fqdn string) (bool, error)
	log    *slog.Logger

	turn chan struct{} // held by whoever changes the router or have
	have map[Record]bool
	down bool
}

// Options are what a keeper works with.
type Options struct {
	Router Router
	// Want returns the records that should be there.
	Want func() []Record
	// Token is a record by which the keeper sees whether the router still has
	// what it was given: of an owner of its own, with a name never used before.
	Token Record
	// Known asks the router's DNS whether it has a name: cheap, every second.
	Known func(ctx context.Context, fqdn string) (bool, error)
	Log   *slog.Logger
}

// New makes a keeper; Run keeps.
func New(o Options) *Keeper {
	k := &Keeper{router: o.Router, want: o.Want, token: o.Token, asks: o.Known, log: o.Log, turn: make(chan struct{}, 1)}
	k.turn <- struct{}{}
	return k
}

const (
	// glance is how often the token is looked for, review how often all
	// records are compared.
	glance = time.Second
	review = time.Minute
)

// Run keeps the records until the context ends.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	reviewed := time.Time{}
	for {
		if full := time.Since(reviewed) >= review; k.round(ctx, full) && full {
			reviewed = time.Now()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// round looks whether the router lost its records and puts right what differs.
func (k *Keeper) round(ctx context.Context, full bool) bool {
	return nil == k.locked(ctx, func(ctx context.Context) error {
		if full || k.lost(ctx) {
			k.have = nil
		}
		return k.converge(ctx)
	})
}

// Update brings records up to date now, for as long as the context lasts; what
// it cannot do, Run does later.
func (k *Keeper) Update(ctx context.Context) error {
	return k.locked(ctx, k.converge)
}

func (k *Keeper) locked(ctx context.Context, f func(context.Context) error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-k.turn:
	}
	defer func() { k.turn <- struct{}{} }()
	err := f(ctx)
	if err != nil {
		k.have = nil
	}
	k.note(err)
	return err
}

// note logs when the router goes and comes, not every second.
func (k *Keeper) note(err error) {
	if errors.Is(err, context.Canceled) || (err != nil) == k.down {
		return
	}
	if k.down = err != nil; k.down {
		k.log.Warn("names of this host's containers are unknown to other hosts until the router answers", "error", err)
		return
	}
	k.log.Info("names of this host's containers are known to the router")
}

func (k *Keeper) lost(ctx context.Context) bool {
	known, err := k.asks(ctx, k.token.FQDN)
	return err != nil || !known
}

// converge asks what the router has where that is not known, and changes what differs.
func (k *Keeper) converge(ctx context.Context) error {
	if err := k.learn(ctx); err != nil {
		return err
	}
	wanted := map[Record]bool{k.token: true}
	for _, r := range k.want() {
		wanted[r] = true
	}
	if err := k.removeOthers(ctx, wanted); err != nil {
		return err
	}
	return k.putMissing(ctx, wanted)
}

func (k *Keeper) learn(ctx context.Context) error {
	if k.have != nil {
		return nil
	}
	own, err := k.router.List(ctx)
	if err != nil {
		return err
	}
	k.have = map[Record]bool{}
	for _, r := range own {
		k.have[r] = true
	}
	return nil
}

func (k *Keeper) removeOthers(ctx context.Context, wanted map[Record]bool) error {
	for r := range k.have {
		if wanted[r] {
			continue
		}
		if err := k.router.Delete(ctx, r); err != nil {
			return err
		}
		delete(k.have, r)
	}
	return nil
}

func (k *Keeper) putMissing(ctx context.Context, wanted map[Record]bool) error {
	for r := range wanted {
		if k.have[r] {
			continue
		}
		if err := k.router.Put(ctx, r); err != nil {
			return err
		}
		k.have[r] = true
	}
	return nil
}
