package fake

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Observe sees everything on the host.
func (e *Engine) Observe(ctx context.Context) (hosts.Observation, error) {
	var o hosts.Observation
	err := e.call(ctx, "Observe", "", func(s *state) error {
		o = s.observe()
		return nil
	})
	return o, err
}

func (s *state) observe() hosts.Observation {
	o := hosts.Observation{Host: s.Host, Volumes: sorted(s.Volumes)}
	o.Host.Drivers = s.drivers()
	o.Host.Status, o.Time = hosts.Status{Ready: true}, time.Now()
	for _, r := range s.Containers {
		s.look(r)
		o.Containers = append(o.Containers, r.listed())
	}
	slices.SortFunc(o.Containers, func(a, b hosts.Container) int { return strings.Compare(a.Name, b.Name) })
	for _, n := range s.Networks {
		o.Networks = append(o.Networks, *n)
	}
	slices.SortFunc(o.Networks, func(a, b hosts.Network) int { return strings.Compare(a.Name, b.Name) })
	for _, i := range s.Images {
		i.Volumes, i.Tagged = nil, time.Time{} // lists don't tell
		o.Images = append(o.Images, i)
	}
	slices.SortFunc(o.Images, func(a, b hosts.Image) int { return slices.Compare(a.Tags, b.Tags) })
	return o
}
