package compose

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// StatsOptions select what Stats measures.
type StatsOptions struct {
	// Service keeps the containers of one; "" is all.
	Service string
	// All takes containers that don't run, too.
	All bool
	// Once ends it after the first frame.
	Once bool
}

// Stat is what a container uses.
type Stat struct {
	state.Container
	Use hosts.ContainerUse
	// CPU is a part of one CPU: 1.5 is one and a half. It is the use since the
	// sample before; Known is false where there is none yet.
	CPU   float64
	Known bool
}

// StatsFrame is what all containers use at about one moment, sorted by name and
// host, and which hosts don't answer at that moment.
type StatsFrame struct {
	Stats  []Stat
	Absent []HostStatus
}

const (
	// firstInterval is the time between the first two samples of a container.
	firstInterval = 500 * time.Millisecond
	// sampleInterval is that between later ones.
	sampleInterval = time.Second
	// frameInterval is that between frames.
	frameInterval = 500 * time.Millisecond
)

// Stats measures the containers of a project and shows frames, twice a second
// until ctx ends. A host that goes away is in the frames, and measured again when
// it is back. That no host answers at first is an error.
func Stats(ctx context.Context, env *Env, project string, o StatsOptions, show func(StatsFrame) error) error {
	ctx, cancel := context.WithCancel(ctx)
	m := &meter{env: env, project: project, filter: hosts.ContainerFilter{Labels: []string{ofProject(project)}, All: o.All}}
	if o.Service != "" {
		m.filter.Labels = append(m.filter.Labels, hosts.LabelService+"="+o.Service)
	}
	defer m.work.Wait()
	defer cancel()
	if err := m.begin(ctx); err != nil || o.Once {
		return cmp.Or(err, show(m.frame()))
	}
	for _, g := range m.gauges {
		m.work.Go(func() { g.run(ctx) })
	}
	return m.frames(ctx, show)
}

// meter is one call of Stats.
type meter struct {
	env     *Env
	project string
	filter  hosts.ContainerFilter
	gauges  []*gauge
	work    sync.WaitGroup
}

// begin takes two samples on each host.
func (m *meter) begin(ctx context.Context) error {
	var first sync.WaitGroup
	for _, h := range m.env.Pool {
		g := &gauge{meter: m, host: h}
		m.gauges = append(m.gauges, g)
		first.Go(func() {
			g.measure(ctx)
			if len(g.last) > 0 && pause(ctx, firstInterval) {
				g.measure(ctx)
			}
		})
	}
	first.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	var absent []hosts.Host
	for _, s := range m.frame().Absent {
		absent = append(absent, s.Host)
	}
	if len(absent) == len(m.gauges) {
		return plan.Unreachable(absent)
	}
	return nil
}

// frames shows what the gauges have seen last.
func (m *meter) frames(ctx context.Context, show func(StatsFrame) error) error {
	for {
		if err := show(m.frame()); err != nil {
			return err
		}
		if !pause(ctx, frameInterval) {
			return ctx.Err()
		}
	}
}

func (m *meter) frame() StatsFrame {
	var f StatsFrame
	for _, g := range m.gauges {
		stats, absent := g.seen()
		f.Stats = append(f.Stats, stats...)
		f.Absent = append(f.Absent, statuses(absent, m.project)...)
	}
	slices.SortFunc(f.Stats, func(a, b Stat) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Host, b.Host)) })
	return f
}

// pause is false where ctx ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
