package compose

import (
	"cmp"
	"context"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// VolumeRow is a volume and the host that it is on.
type VolumeRow struct {
	Host string
	hosts.Volume
}

// Volumes lists a project's volumes on all hosts, sorted by name and host.
// Services keeps those that a container of one of them has which runs; none is
// all. Volumes that hold files of the project are left out.
func Volumes(ctx context.Context, env *Env, project string, services []string) ([]VolumeRow, []HostStatus, error) {
	s, absent, err := surveyWith(ctx, env, func(ctx context.Context, _ hosts.Host, e Engine) (hosts.Observation, error) {
		o, err := e.ObserveContainers(ctx, hosts.ContainerFilter{Labels: []string{ofProject(project)}})
		if err != nil {
			return o, err
		}
		o.Volumes, err = e.Volumes(ctx, ofProject(project))
		return o, err
	})
	if err != nil {
		return nil, nil, err
	}
	var rows []VolumeRow
	for _, o := range s.Observations {
		used := usedVolumes(chosen(s, project, services), o.Host.Name)
		for _, v := range o.Volumes {
			if !holdsFiles(v) && (len(services) == 0 || used[v.Name]) {
				rows = append(rows, VolumeRow{o.Host.Name, v})
			}
		}
	}
	slices.SortFunc(rows, func(a, b VolumeRow) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Host, b.Host)) })
	return rows, statuses(absent, project), nil
}

// holdsFiles tells a volume that a path of the project was shipped into, or one
// that tells of it, from those that compose files have.
func holdsFiles(v hosts.Volume) bool {
	for _, label := range []string{hosts.LabelFiles, hosts.LabelFilesDigest, hosts.LabelFilesList} {
		if _, ok := v.Labels[label]; ok {
			return true
		}
	}
	return false
}

// usedVolumes are the names of the volumes that the containers have on a host.
func usedVolumes(containers []state.Container, host string) map[string]bool {
	used := map[string]bool{}
	for _, c := range containers {
		for _, m := range c.Mounts {
			if c.Host == host {
				used[m.Name] = true
			}
		}
	}
	return used
}
