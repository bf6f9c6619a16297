package compose

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// PsOptions select the containers that Ps lists.
type PsOptions struct {
	// All lists stopped containers and one-off ones too.
	All bool
	// Status keeps the containers in any of these states, stopped and one-off
	// ones included; none is the running ones.
	Status []hosts.ContainerState
	// Services keeps the containers of these; none is all.
	Services []string
	// Known are the services of the compose files. Where it is set, containers
	// of other services, the orphans, are left out.
	Known []string
}

// PsRow is one container and where it is.
type PsRow struct {
	state.Container
	// Address is where its published ports answer; "" where only this machine
	// reaches the host.
	Address string
}

// HostStatus is a host that could not be asked.
type HostStatus struct {
	Host hosts.Host
	// Reason says why in a few words: "no answer in 5s".
	Reason string
	// Project is the project that was asked for, "" for all.
	Project string
}

// String is a sentence for the user.
func (s HostStatus) String() string {
	if s.Project == "" {
		return fmt.Sprintf("host %s: %s; what runs there is not shown", s.Host.Name, s.Reason)
	}
	return fmt.Sprintf("host %s: %s; what %s runs there is not shown", s.Host.Name, s.Reason, s.Project)
}

// Ps lists a project's containers on all hosts, from their labels alone, sorted
// by name and host, and the hosts that didn't answer, sorted by name. That no
// host answers is an error.
func Ps(ctx context.Context, env *Env, project string, o PsOptions) ([]PsRow, []HostStatus, error) {
	env.warn(o.unknown())
	snapshot, absent, err := survey(ctx, env, replicasOf(project, o.All || len(o.Status) > 0))
	if err != nil {
		return nil, nil, err
	}
	return o.rows(snapshot, project), statuses(absent, project), nil
}

// rows are the containers that the options select.
func (o PsOptions) rows(s state.Snapshot, project string) []PsRow {
	var rows []PsRow
	for _, c := range s.Project(project) {
		if o.selects(c) {
			rows = append(rows, PsRow{Container: c, Address: s.Host(c.Host).Host.Address})
		}
	}
	slices.SortFunc(rows, func(a, b PsRow) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Host, b.Host))
	})
	return rows
}

func (o PsOptions) selects(c state.Container) bool {
	switch {
	case len(o.Services) > 0 && !slices.Contains(o.Services, c.Service()):
		return false
	case o.Known != nil && !slices.Contains(o.Known, c.Service()):
		return false
	case len(o.Status) > 0:
		return slices.Contains(o.Status, c.State)
	case c.Oneoff() && !o.All:
		return false
	}
	return o.All || alive(c.State)
}

// alive tells whether a container has a process, or will have one again soon.
func alive(s hosts.ContainerState) bool {
	return s == hosts.Running || s == hosts.Paused || s == hosts.Restarting
}

// unknown are sentences about each status that no container can have.
func (o PsOptions) unknown() []string {
	known := []hosts.ContainerState{
		hosts.Created, hosts.Dead, hosts.Exited, hosts.Paused, hosts.Removing, hosts.Restarting, hosts.Running,
	}
	var wrong []string
	for _, s := range o.Status {
		if !slices.Contains(known, s) {
			wrong = append(wrong, fmt.Sprintf("there is no status %q; the statuses are %s", s, words(known)))
		}
	}
	return wrong
}

func words(states []hosts.ContainerState) string {
	var list []string
	for _, s := range states {
		list = append(list, string(s))
	}
	return strings.Join(list, ", ")
}

func statuses(absent []hosts.Host, project string) []HostStatus {
	var all []HostStatus
	for _, h := range absent {
		all = append(all, HostStatus{Host: h, Reason: cmp.Or(h.Status.Reason, "not ready"), Project: project})
	}
	return all
}
