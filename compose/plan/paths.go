package plan

import (
	"slices"
	"strings"

	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/compose/container"
)

// CheckPaths looks whether the host has the paths of its own that containers are
// to mount, or whose devices they are to have. It changes nothing.
type CheckPaths struct {
	// Name is that of a container which is created, not started and removed.
	Name string
	// Image is one that the host has.
	Image string
	Paths []HostPath
}

// HostPath is a path of a host that a service wants.
type HostPath struct {
	Path, Service string
	// Where is the place in the files that names it, "" where none is known.
	Where string
}

func (CheckPaths) action()      {}
func (CheckPaths) Verb() string { return "check" }

// Object names the paths.
func (a CheckPaths) Object() string {
	names := make([]string, len(a.Paths))
	for i, p := range a.Paths {
		names[i] = p.Path
	}
	return "paths " + strings.Join(names, ", ")
}

// checkPaths adds a step for each host on which new containers want paths that
// the engine doesn't make: these have to be there before anything is made.
func (u *up) checkPaths() error {
	wanted, image := map[string][]HostPath{}, map[string]string{}
	for _, r := range u.replicas {
		paths := u.hostPaths(r)
		if r.kept() || len(paths) == 0 {
			continue
		}
		wanted[r.host] = append(wanted[r.host], paths...)
		image[r.host] = container.Image(u.Project, r.service.Name)
	}
	for _, host := range sortedKeys(wanted) {
		paths := wanted[host]
		slices.SortStableFunc(paths, func(a, b HostPath) int { return strings.Compare(a.Path, b.Path) })
		paths = slices.CompactFunc(paths, func(a, b HostPath) bool { return a.Path == b.Path })
		pull := stepID(host, PullImage{Ref: image[host]})
		if !u.has(pull) {
			pull = ""
		}
		a := CheckPaths{Name: "clocker-check_" + u.Project.Name, Image: image[host], Paths: paths}
		u.checks = append(u.checks, u.add(host, a, ReasonHostPath, pull))
	}
	return nil
}

// hostPaths are the paths that a replica's request leaves to the host.
func (u *up) hostPaths(r *replica) []HostPath {
	host := r.spec.HostConfig
	if host == nil {
		return nil
	}
	var paths []HostPath
	for _, m := range host.Mounts {
		if m.Type == mount.TypeBind && (m.BindOptions == nil || !m.BindOptions.CreateMountpoint) {
			paths = append(paths, HostPath{m.Source, r.service.Name, u.Project.WhereSource(r.service.Name, "volumes", m.Source)})
		}
	}
	for _, d := range host.Devices {
		paths = append(paths, HostPath{d.PathOnHost, r.service.Name, u.Project.WhereSource(r.service.Name, "devices", d.PathOnHost)})
	}
	return paths
}
