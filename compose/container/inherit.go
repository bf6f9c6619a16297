package container

import (
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Inherit adds to a request the mounts of the container that it replaces, as far
// as the image declares a volume there and the request mounts nothing: what the
// engine had put into the old container's volume would be out of reach.
func Inherit(spec hosts.ContainerSpec, replaced []hosts.Mount, declared []string) hosts.ContainerSpec {
	host := container.HostConfig{}
	if spec.HostConfig != nil {
		host = *spec.HostConfig
	}
	host.Mounts = slices.Clone(host.Mounts)
	for _, m := range replaced {
		if heritable(m) && slices.Contains(declared, m.Destination) && !mountedAt(host, m.Destination) {
			host.Mounts = append(host.Mounts, remounted(m))
		}
	}
	slices.SortFunc(host.Mounts, func(a, b mount.Mount) int { return strings.Compare(a.Target, b.Target) })
	spec.HostConfig = &host
	return spec
}

// heritable mounts hold something that outlives their container.
func heritable(m hosts.Mount) bool {
	return m.Type == string(mount.TypeVolume) && m.Name != "" || m.Type == string(mount.TypeBind)
}

// remounted mounts the same in another container.
func remounted(m hosts.Mount) mount.Mount {
	source := m.Source
	if m.Type == string(mount.TypeVolume) {
		source = m.Name
	}
	return mount.Mount{Type: mount.Type(m.Type), Source: source, Target: m.Destination, ReadOnly: m.ReadOnly}
}

func mountedAt(host container.HostConfig, path string) bool {
	if _, temporary := host.Tmpfs[path]; temporary {
		return true
	}
	return slices.ContainsFunc(host.Mounts, func(m mount.Mount) bool { return m.Target == path }) ||
		slices.ContainsFunc(host.Binds, func(bind string) bool {
			return strings.HasSuffix(bind, ":"+path) || strings.Contains(bind, ":"+path+":")
		})
}
