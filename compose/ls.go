package compose

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// LsRow is a project that has containers in the pool.
type LsRow struct {
	Project string
	// States counts its containers by state.
	States map[hosts.ContainerState]int
	// ConfigFiles are those that it was made from, each once; nil where a
	// container doesn't tell.
	ConfigFiles []string
	// Hosts are those that it has containers on, sorted.
	Hosts []string
}

// Status is a sentence: "exited(1), running(3)".
func (r LsRow) Status() string {
	var parts []string
	for _, s := range slices.Sorted(maps.Keys(r.States)) {
		parts = append(parts, fmt.Sprintf("%s(%d)", s, r.States[s]))
	}
	return strings.Join(parts, ", ")
}

// Ls lists the projects that have containers which run or, with all, any
// containers, sorted by name.
func Ls(ctx context.Context, env *Env, all bool) ([]LsRow, []HostStatus, error) {
	s, absent, err := survey(ctx, env, hosts.ContainerFilter{Labels: []string{hosts.LabelProject, hosts.LabelConfigHash}, All: all})
	if err != nil {
		return nil, nil, err
	}
	found := map[string]*LsRow{}
	for _, o := range s.Observations {
		for _, c := range o.Containers {
			name := c.Labels[hosts.LabelProject]
			if found[name] == nil {
				found[name] = &LsRow{Project: name, States: map[hosts.ContainerState]int{}, ConfigFiles: []string{}}
			}
			found[name].count(state.Container{Host: o.Host.Name, Container: c})
		}
	}
	rows := make([]LsRow, 0, len(found))
	for _, r := range found {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b LsRow) int { return cmp.Compare(a.Project, b.Project) })
	return rows, statuses(absent, ""), nil
}

// count adds a container.
func (r *LsRow) count(c state.Container) {
	r.States[c.State]++
	if !slices.Contains(r.Hosts, c.Host) { // they come in order
		r.Hosts = append(r.Hosts, c.Host)
	}
	files, known := c.Labels[hosts.LabelConfigFiles]
	if !known || r.ConfigFiles == nil {
		r.ConfigFiles = nil
		return
	}
	for f := range strings.SplitSeq(files, ",") {
		if !slices.Contains(r.ConfigFiles, f) {
			r.ConfigFiles = append(r.ConfigFiles, f)
		}
	}
}
