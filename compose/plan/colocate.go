package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// groupOf is the name that all services share which must be on one host: those
// that use each other's namespaces or volumes, and those of a volume that no
// host has yet. "" for a service that may go anywhere.
func (u *up) groupOf(service string) string {
	if u.groups == nil {
		u.groups = u.colocated()
	}
	return u.groups[service]
}

// colocated names the groups of services by their first member.
func (u *up) colocated() map[string]string {
	leader := map[string]string{}
	var find func(s string) string
	find = func(s string) string {
		if l, ok := leader[s]; ok && l != s {
			return find(l)
		}
		return s
	}
	join := func(a, b string) {
		a, b = find(a), find(b)
		leader[max(a, b)] = min(a, b)
		leader[min(a, b)] = min(a, b)
	}
	for _, s := range u.concerns() {
		for _, other := range hostMates(s) {
			join(s.Name, other)
		}
	}
	if u.Several {
		for _, users := range u.usersOfNewVolumes() {
			for _, s := range users {
				join(users[0], s)
			}
		}
	}
	groups := map[string]string{}
	for s := range leader {
		groups[s] = find(s)
	}
	return groups
}

// hostMates are the services whose containers this one's live with.
func hostMates(s types.ServiceConfig) []string {
	mates := map[string]bool{}
	for _, mode := range []string{s.NetworkMode, s.Ipc, s.Pid} {
		if name, ok := strings.CutPrefix(mode, "service:"); ok {
			mates[name] = true
		}
	}
	for _, from := range s.VolumesFrom {
		if !strings.HasPrefix(from, "container:") {
			name, _, _ := strings.Cut(from, ":")
			mates[name] = true
		}
	}
	return slices.Sorted(maps.Keys(mates))
}

// usersOfNewVolumes are the services of each volume that is yet to be made. A
// service with several replicas counts: they share the volume, as on one host.
func (u *up) usersOfNewVolumes() map[string][]string {
	users := map[string][]string{}
	for _, s := range u.concerns() {
		if global(s) {
			continue
		}
		for _, key := range u.dataVolumes(s) {
			if len(u.holders(u.Project.Volumes[key].Name)) == 0 {
				users[key] = append(users[key], s.Name)
			}
		}
	}
	return users
}

// volumeNames are the names, as engines know them, of a service's volumes whose
// content lives on one host; those that a run mounts beside the files' too.
func (u *up) volumeNames(s types.ServiceConfig) []string {
	var names []string
	for _, key := range u.dataVolumes(s) {
		names = append(names, u.Project.Volumes[key].Name)
	}
	for _, v := range s.Volumes {
		_, declared := u.Project.Volumes[v.Source]
		if v.Type == types.VolumeTypeVolume && v.Source != "" && !declared {
			names = append(names, v.Source)
		}
	}
	return names
}

// dataVolumes are the keys of the named volumes of a service whose content
// lives on one host, sorted.
func (u *up) dataVolumes(s types.ServiceConfig) []string {
	var keys []string
	for _, v := range s.Volumes {
		if v.Type != types.VolumeTypeVolume || v.Source == "" {
			continue
		}
		if declared, ok := u.Project.Volumes[v.Source]; ok && !shared(declared) {
			keys = append(keys, v.Source)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// shared volumes are the same on every host: those of a volume plugin, and
// file systems of the network.
func shared(v types.VolumeConfig) bool {
	if cmp.Or(v.Driver, "local") != "local" {
		return true
	}
	switch v.DriverOpts["type"] {
	case "nfs", "nfs4", "cifs", "smb3":
		return true
	}
	return false
}
