package compose

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// gauge measures the containers of one host.
type gauge struct {
	meter *meter
	host  hosts.Host
	// last are the samples before, by ID.
	last map[string]hosts.ContainerUse

	mutex  sync.Mutex
	stats  []Stat
	absent []hosts.Host
}

// run measures until ctx ends.
func (g *gauge) run(ctx context.Context) {
	for pause(ctx, sampleInterval) {
		g.measure(ctx)
	}
}

// seen is what was measured last, or the host where it doesn't answer.
func (g *gauge) seen() ([]Stat, []hosts.Host) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return slices.Clone(g.stats), slices.Clone(g.absent)
}

// measure takes a sample of each container.
func (g *gauge) measure(ctx context.Context) {
	var stats []Stat
	o := g.meter.env.observeHost(ctx, g.host, func(ctx context.Context, _ hosts.Host, e Engine) (o hosts.Observation, err error) {
		if o, err = e.ObserveContainers(ctx, g.meter.filter); err != nil {
			return o, err
		}
		stats, err = g.sample(ctx, e, o.Containers)
		return o, err
	})
	if ctx.Err() != nil {
		return
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.stats, g.absent = stats, nil
	if !o.Host.Status.Ready {
		g.stats, g.absent, g.last = nil, []hosts.Host{o.Host}, nil
	}
}

// sample measures the containers. Those that have ended meanwhile are left out.
func (g *gauge) sample(ctx context.Context, e Engine, containers []hosts.Container) ([]Stat, error) {
	stats := make([]Stat, len(containers))
	w, ctx := errgroup.WithContext(ctx)
	w.SetLimit(perHost)
	for i, c := range containers {
		w.Go(func() error {
			use, err := e.ContainerUse(ctx, c.ID)
			if errors.Is(err, hosts.ErrNotFound) || errors.Is(err, hosts.ErrConflict) {
				return nil
			}
			stats[i] = Stat{Container: state.Container{Host: g.host.Name, Container: c}, Use: use}
			return err
		})
	}
	err := w.Wait()
	stats = slices.DeleteFunc(stats, func(s Stat) bool { return s.ID == "" })
	last := map[string]hosts.ContainerUse{}
	for i := range stats {
		s := &stats[i]
		last[s.ID] = s.Use
		if before, ok := g.last[s.ID]; ok {
			s.CPU, s.Known = rate(before, s.Use), true
		}
	}
	g.last = last
	return stats, err
}

// rate is the part of one CPU that was used between two samples.
func rate(before, now hosts.ContainerUse) float64 {
	used, passed := now.CPU-before.CPU, now.System-before.System
	if used <= 0 || passed <= 0 {
		return 0
	}
	return float64(used) / float64(passed) * float64(now.CPUs)
}
