package plan

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Hook is a command that runs in a container after its start or before its end.
type Hook struct {
	Service string
	hosts.ExecOptions
}

// RunHook runs a container to its end before any replica of its service starts.
type RunHook struct {
	Service string
	Index   int
	Spec    hosts.ContainerSpec
	// Image is the reference whose ID on the host goes into the image label.
	Image string
	// From is the replica's container whose volumes it has, by ID or by name.
	From string
}

func (RunHook) action()          {}
func (RunHook) Verb() string     { return "run" }
func (a RunHook) Object() string { return "container " + a.Spec.Name }

// runHooks adds the steps that run a service's pre_start hooks, one after the
// other, on the host of its first replica that starts. Where a replica runs on
// there is nothing to prepare.
func (u *up) runHooks(s types.ServiceConfig, by map[string][]*replica) (last string, err error) {
	starting := slices.DeleteFunc(slices.Clone(by[s.Name]), func(r *replica) bool { return r.running() })
	if len(starting) == 0 || len(starting) < len(by[s.Name]) || u.NoStart {
		return "", nil
	}
	first := starting[0]
	var after []string
	for _, r := range starting {
		after = append(after, append(u.conditions(r, by), r.created, r.stopping, r.gone)...)
	}
	for i := range s.PreStart {
		spec, err := container.HookSpec(u.Project, s.Name, i, u.target(first, by))
		if err != nil {
			return "", err
		}
		from := first.name
		if first.kept() {
			from = first.current.ID
		}
		last = u.add(first.host, RunHook{Service: s.Name, Index: i, Spec: spec, Image: spec.Config.Image, From: from}, ReasonHook,
			append(after, u.hookNeeds(first, spec.Config.Image)...)...)
		after = []string{last}
	}
	return last, nil
}

// hookNeeds are the steps that bring what a hook's container is made of.
func (u *up) hookNeeds(r *replica, image string) []string {
	needs := []string{stepID(r.host, PullImage{Ref: image})}
	for _, path := range u.mountedPaths(r) {
		needs = append(needs, u.ships[[2]string{r.host, path}])
	}
	return slices.DeleteFunc(needs, func(id string) bool { return !u.has(id) })
}

// hooked adds to steps that start and stop containers the hooks of their
// services, as far as the files are known.
func hooked(steps []Step, p *project.Project, containers []state.Container) {
	if p == nil {
		return
	}
	running := map[[2]string]state.Container{}
	for _, c := range containers {
		if c.State == hosts.Running {
			running[[2]string{c.Host, c.ID}] = c
		}
	}
	for i, s := range steps {
		switch a := s.Action.(type) {
		case StartContainer:
			a.PostStart = PostStart(p, a.Service)
			steps[i].Action = a
		case StopContainer:
			a.PreStop = preStop(p, running[[2]string{s.Host, a.ID}].Service())
			steps[i].Action = a
		case RestartContainer:
			a.PreStop, a.PostStart = preStop(p, running[[2]string{s.Host, a.ID}].Service()), PostStart(p, a.Service)
			steps[i].Action = a
		}
	}
}

// PostStart are the hooks that run in a service's containers once they were started.
func PostStart(p *project.Project, service string) []Hook {
	return hooksOf(p, service, func(s types.ServiceConfig) []types.ServiceHook { return s.PostStart })
}

func preStop(p *project.Project, service string) []Hook {
	return hooksOf(p, service, func(s types.ServiceConfig) []types.ServiceHook { return s.PreStop })
}

func hooksOf(p *project.Project, service string, which func(types.ServiceConfig) []types.ServiceHook) []Hook {
	s, ok := p.Services[service]
	if !ok {
		s = p.DisabledServices[service]
	}
	var hooks []Hook
	for _, h := range which(s) {
		hooks = append(hooks, Hook{Service: service, ExecOptions: hosts.ExecOptions{
			Command: h.Command, User: h.User, WorkingDir: h.WorkingDir, Privileged: h.Privileged,
			Env: container.Environment(h.Environment), Tty: s.Tty,
		}})
	}
	return hooks
}

// checkHooks refuses what nothing can run.
func checkHooks(s types.ServiceConfig) error {
	for i, h := range s.PreStart {
		if h.PerReplica {
			return fmt.Errorf("service %q pre_start[%d]: per_replica is not yet supported; remove per_replica or set it to false", s.Name, i)
		}
	}
	return nil
}
