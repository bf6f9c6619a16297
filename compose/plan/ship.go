package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/compose/tree"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// shippedTrees tells where each of the project's paths is on other machines.
func (u *up) shippedTrees() map[string]container.Shipped {
	shipped := map[string]container.Shipped{}
	for path, t := range u.Trees {
		shipped[path] = container.Shipped{Volume: container.FilesVolume(u.Project, path, t.File != "").Name, File: t.File}
	}
	return shipped
}

// shipFiles adds the steps that bring the project's files to the hosts where
// they are mounted, and have not arrived as they are now.
func (u *up) shipFiles() error {
	u.ships = map[[2]string]string{}
	for _, r := range u.replicas {
		for _, path := range u.mountedPaths(r) {
			t := u.Trees[path]
			if t == nil || u.MovesOnly && r.kept() {
				continue // a kept container, whose files have gone: they stay there
			}
			u.ships[[2]string{r.host, path}] = u.ship(r, path, t)
		}
	}
	return nil
}

// mountedPaths are the project's paths that a replica mounts on a host that
// lacks them.
func (u *up) mountedPaths(r *replica) []string {
	if !u.Several {
		return nil
	}
	t := container.Target{Host: u.State.Host(r.host).Host, Labels: map[string]string{hosts.LabelHost: r.host}}
	var paths []string
	for _, v := range container.ShippedBinds(u.Project, r.service, t) {
		paths = append(paths, v.Source)
	}
	return paths
}

// ship returns the ID of the step, "" where the host has everything.
func (u *up) ship(r *replica, path string, t *tree.Tree) string {
	o := u.State.Host(r.host)
	volume := container.FilesVolume(u.Project, path, t.File != "")
	marks := marksOf(o, volume.Name)
	there := state.Volume(o, volume.Name) != nil
	if there && len(marks) == 1 && marks[0].Labels[hosts.LabelFilesDigest] == t.Digest() {
		return ""
	}
	if t.Absent && !there {
		u.warn("service %s: %s doesn't exist; on host %s an empty folder is mounted in its place", r.service.Name, path, r.host)
	}
	a := ShipFiles{
		Path: volume.Labels[hosts.LabelFiles], Volume: volume, Tree: t,
		Platform: o.Host.Platform,
		Image:    container.Image(u.Project, r.service.Name),
		Marker:   mark(volume, t.Digest(), t),
		Pending:  mark(volume, "", t),
	}
	why := ReasonMissing
	if r.kept() {
		a.Image = r.current.ImageID // which is there, wherever its tag has gone
	}
	if there {
		a.Before, why = lastShipped(marks), ReasonFilesChanged
	}
	for _, m := range marks {
		a.Outdated = append(a.Outdated, m.Name)
	}
	return u.add(r.host, a, why)
}

// Ships are the plan's steps that bring the project's files to hosts, alone.
func (p *Plan) Ships() *Plan {
	ships := &Plan{Project: p.Project}
	for _, s := range p.Steps {
		if _, ok := s.Action.(ShipFiles); ok {
			s.After = nil
			ships.Steps = append(ships.Steps, s)
		}
	}
	return ships
}

// mark is a volume that holds nothing: its labels tell what another one holds,
// because labels of a volume can't be changed. Engines have no other place for
// a word of ours that comes with every observation.
func mark(of hosts.VolumeSpec, digest string, t *tree.Tree) hosts.VolumeSpec {
	m := hosts.VolumeSpec{Name: of.Name + "_pending", Labels: maps.Clone(of.Labels)}
	m.Labels[hosts.LabelFilesList] = t.Text()
	if digest != "" {
		m.Name = of.Name + "_" + digest
		m.Labels[hosts.LabelFilesDigest] = digest
	}
	return m
}

// marksOf are the marks of a volume on a host.
func marksOf(o *hosts.Observation, volume string) []hosts.Volume {
	return slices.DeleteFunc(slices.Clone(o.Volumes), func(v hosts.Volume) bool {
		_, marks := v.Labels[hosts.LabelFilesList]
		return !marks || !strings.HasPrefix(v.Name, volume+"_")
	})
}

// lastShipped is what a volume holds of what was sent to it. Where a run was
// interrupted, all that is certain is which paths may be there.
func lastShipped(marks []hosts.Volume) *tree.Tree {
	var all []*tree.Tree
	for _, m := range marks {
		if t, err := tree.Parse(m.Labels[hosts.LabelFilesList]); err == nil {
			all = append(all, t)
		}
	}
	if len(marks) == 1 && len(all) == 1 && marks[0].Labels[hosts.LabelFilesDigest] != "" {
		return all[0]
	}
	return tree.Paths(all...)
}
