package plan

import (
	"maps"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// files are what is put into a container before it starts, none where only
// labels are known.
func (l *life) files(c state.Container) ([]hosts.File, error) {
	if l.Model == nil {
		return nil, nil
	}
	s := l.Model.AllServices()[c.Service()]
	return container.Files(l.Model, s, l.target(c))
}

// runHooks adds the steps that run a service's pre_start hooks beside one of its
// containers, one after the other, and returns the last one.
func (l *life) runHooks(service string, beside state.Container, after []string) (last string, err error) {
	if l.Model == nil {
		return "", nil
	}
	s := l.Model.AllServices()[service]
	if err := checkHooks(s); err != nil {
		return "", err
	}
	for i := range s.PreStart {
		spec, err := container.HookSpec(l.Model, service, i, l.target(beside))
		if err != nil {
			return "", err
		}
		last = l.add(beside.Host, RunHook{Service: service, Index: i, Spec: spec, Image: spec.Config.Image, From: beside.ID}, ReasonHook, after...)
		after = []string{last}
	}
	return last, nil
}

// target is what is known of the place where a container is.
func (l *life) target(c state.Container) container.Target {
	s, o := l.Model.AllServices()[c.Service()], l.State.Host(c.Host)
	t := container.Target{
		Host: o.Host, Containers: map[string]string{},
		Environment: l.Environment[c.Host], Credentials: l.Credentials,
	}
	for _, mate := range hostMates(s) {
		for _, other := range l.containers[mate] {
			if other.Host == c.Host && t.Containers[mate] == "" {
				t.Containers[mate] = other.ID
			}
		}
	}
	if c.Labels[hosts.LabelHost] == "" {
		return t // which isn't one of several hosts
	}
	t.Labels, t.Fabric = maps.Clone(c.Labels), map[string]container.FabricNetwork{}
	maps.DeleteFunc(t.Labels, func(key, _ string) bool {
		return !slices.Contains([]string{hosts.LabelHost, hosts.LabelLocation, hosts.LabelReserved}, key)
	})
	for _, key := range networkKeys(s) {
		if n := state.Network(o, l.Model.Networks[key].Name); onFabric(n) && len(n.Subnets) > 0 {
			t.Fabric[key] = container.FabricNetwork{Gateway: n.Subnets[0].Gateway}
		}
	}
	return t
}
