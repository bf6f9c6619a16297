package compose

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Generate describes containers of any host as a project: those with the names
// or the IDs, or the beginnings of IDs. Several of one service are its scale.
// Names that no container has are told; that none has one is an error.
func Generate(ctx context.Context, env *Env, name string, containers []string) (*project.Project, error) {
	snapshot, err := Observe(ctx, env)
	if err != nil {
		return nil, err
	}
	if absent := snapshot.Absent(); len(absent) > 0 && len(absent) == len(env.Pool) {
		return nil, plan.Unreachable(absent)
	}
	found, missing := containersNamed(snapshot, containers)
	if len(found) == 0 {
		return nil, fmt.Errorf("no container(s) found with the following name(s): %s", strings.Join(missing, ","))
	}
	if len(missing) > 0 {
		env.warn([]string{"no container is called " + strings.Join(missing, ", ")})
	}
	g := generated{Name: name, Services: types.Services{}, Networks: types.Networks{}, Volumes: types.Volumes{}}
	for _, c := range found {
		engine, err := env.engine(c.Host)
		if err != nil {
			return nil, err
		}
		detail, err := engine.InspectContainer(ctx, c.ID)
		if err != nil {
			return nil, env.plainly(err)
		}
		g.add(detail)
	}
	whole := types.Project(g)
	return &project.Project{Project: &whole, Separator: "-"}, nil
}

func containersNamed(s state.Snapshot, names []string) (found []state.Container, missing []string) {
	for _, name := range names {
		c, ok := containerNamed(s, name)
		switch {
		case !ok:
			missing = append(missing, name)
		case !slices.ContainsFunc(found, func(o state.Container) bool { return o.ID == c.ID }):
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b state.Container) int { return cmp.Compare(a.Name, b.Name) })
	return found, missing
}

// shortestID is how many digits of an ID name a container.
const shortestID = 4

func containerNamed(s state.Snapshot, name string) (state.Container, bool) {
	for _, o := range s.Ready() {
		for _, c := range o.Containers {
			if c.Name == name || len(name) >= shortestID && strings.HasPrefix(c.ID, name) {
				return state.Container{Host: o.Host.Name, Container: c}, true
			}
		}
	}
	return state.Container{}, false
}

// generated is a project on its way.
type generated types.Project

func (g generated) add(d hosts.ContainerDetail) {
	name := cmp.Or(d.Labels[hosts.LabelService], d.Name)
	scale := 1
	if before, ok := g.Services[name]; ok {
		scale = before.GetScale() + 1
	}
	s := types.ServiceConfig{Name: name, Scale: &scale}
	s.Image, s.Labels, s.Environment = d.Image, ownLabels(d.Labels), types.NewMappingWithEquals(d.Env)
	s.Volumes, s.Networks, s.Ports = g.mounts(d.Mounts), g.networks(d), ports(d.Ports)
	if h := d.Healthcheck; h != nil && len(h.Test) > 0 {
		s.HealthCheck = &types.HealthCheckConfig{
			Test: h.Test, Timeout: duration(h.Timeout), Interval: duration(h.Interval),
			StartPeriod: duration(h.StartPeriod), StartInterval: duration(h.StartInterval),
		}
		if h.Retries > 0 {
			retries := uint64(h.Retries)
			s.HealthCheck.Retries = &retries
		}
	}
	g.Services[name] = s
}

func duration(d time.Duration) *types.Duration {
	if d == 0 {
		return nil
	}
	own := types.Duration(d)
	return &own
}

// ownLabels are those that the user gave.
func ownLabels(labels map[string]string) types.Labels {
	own := types.Labels{}
	for key, value := range labels {
		if !strings.HasPrefix(key, "com.docker.compose.") && !strings.HasPrefix(key, "io.clocker.") {
			own[key] = value
		}
	}
	return own
}

func (g generated) mounts(mounts []hosts.Mount) []types.ServiceVolumeConfig {
	var all []types.ServiceVolumeConfig
	for _, m := range mounts {
		source := m.Source
		if m.Type == types.VolumeTypeVolume {
			source = m.Name
			g.Volumes[m.Name] = types.VolumeConfig{}
		}
		all = append(all, types.ServiceVolumeConfig{Type: m.Type, Source: source, Target: m.Destination, ReadOnly: m.ReadOnly})
	}
	slices.SortFunc(all, func(a, b types.ServiceVolumeConfig) int { return cmp.Compare(a.Target, b.Target) })
	return all
}

func (g generated) networks(d hosts.ContainerDetail) map[string]*types.ServiceNetworkConfig {
	all := map[string]*types.ServiceNetworkConfig{}
	for _, a := range d.Attachments {
		all[a.Network] = &types.ServiceNetworkConfig{Aliases: d.Aliases[a.Network]}
		g.Networks[a.Network] = types.NetworkConfig{}
	}
	return all
}

// ports leaves out an address that stands for all of the host's.
func ports(published []hosts.PublishedPort) []types.ServicePortConfig {
	var all []types.ServicePortConfig
	for _, p := range published {
		if p.HostPort == 0 {
			continue
		}
		ip := p.HostIP
		if ip == "0.0.0.0" || ip == "::" {
			ip = ""
		}
		all = append(all, types.ServicePortConfig{
			HostIP: ip, Target: uint32(p.ContainerPort), Published: fmt.Sprint(p.HostPort), Protocol: p.Protocol,
		})
	}
	slices.SortFunc(all, func(a, b types.ServicePortConfig) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.HostIP, b.HostIP))
	})
	return slices.CompactFunc(all, func(a, b types.ServicePortConfig) bool {
		return a.Target == b.Target && a.Protocol == b.Protocol && a.HostIP == b.HostIP && a.Published == b.Published
	})
}
