package compose

import (
	"context"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// atWork says whose run is changing some project on the pool: it may be about to
// use any host. It is "" for nobody's. A run of another machine shows that it
// lives; for one that doesn't, this waits until it would have.
func (e *Env) atWork(ctx context.Context) (string, error) {
	timing := e.lockTiming()
	first, silence := map[string]string{}, map[string]*watch{}
	for {
		doubtful := false
		for _, c := range e.chains(ctx) {
			if e.dead(*c.holder) {
				continue
			}
			id := c.holder.ID
			if silence[id] == nil {
				first[id], silence[id] = c.pulse(), &watch{}
			}
			if c.pulse() != first[id] {
				return "project " + c.holder.Project + " is being changed by " + c.holder.String(), nil
			}
			doubtful = doubtful || silence[id].unchanged(c.pulse()) < timing.Stale
		}
		if !doubtful {
			return "", nil
		}
		select {
		case <-time.After(timing.Poll):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// chains are the locks that are held on any host that answers.
func (e *Env) chains(ctx context.Context) []chain {
	found := make([][]chain, len(e.Pool))
	var asking sync.WaitGroup
	for i, h := range e.Pool {
		asking.Go(func() {
			engine, err := e.Connect(h)
			if err != nil {
				return
			}
			ctx, cancel := context.WithTimeout(ctx, e.lockTiming().Patience)
			defer cancel()
			if volumes, err := engine.Volumes(ctx, labelLock); err == nil {
				found[i] = readChains(volumes)
			}
		})
	}
	asking.Wait()
	var all []chain
	for _, some := range found {
		all = append(all, some...)
	}
	return all
}

// readChains are the held locks of all projects that volumes tell of.
func readChains(volumes []hosts.Volume) []chain {
	var held []chain
	of := map[string][]hosts.Volume{}
	for _, v := range volumes {
		project := v.Labels[labelLock]
		of[project] = append(of[project], v)
	}
	for project, some := range of {
		if c := readChain(project, some); c.holder != nil {
			held = append(held, c)
		}
	}
	return held
}
