package docker

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// apiSubpath is the first API version that mounts a part of a volume.
const apiSubpath = "1.45"

// withSubpaths lets older engines mount a part of a volume, too: by the place
// that a volume of the driver local has on the host. Nothing keeps such a volume
// from being pruned, which is why newer engines are asked for what is meant.
func (e *Engine) withSubpaths(ctx context.Context, spec hosts.ContainerSpec) (hosts.ContainerSpec, error) {
	if !e.before(apiSubpath) || !usesSubpath(spec) {
		return spec, nil
	}
	host := *spec.HostConfig
	host.Mounts = slices.Clone(host.Mounts)
	for i, m := range host.Mounts {
		if !hasSubpath(m) {
			continue
		}
		bound, err := e.boundPart(ctx, m)
		if err != nil {
			return spec, err
		}
		host.Mounts[i] = bound
	}
	spec.HostConfig = &host
	return spec, nil
}

// boundPart is the bind mount of a part of a volume. Of a driver whose volumes
// are no folders of the host the mount stays as it is, to be refused.
func (e *Engine) boundPart(ctx context.Context, m mount.Mount) (mount.Mount, error) {
	answer, err := e.api.VolumeInspect(ctx, m.Source, client.VolumeInspectOptions{})
	if err != nil {
		return m, fmt.Errorf("look for volume %s: %w", m.Source, err)
	}
	v, part := answer.Volume, m.VolumeOptions.Subpath
	if v.Driver != "local" || len(v.Options) > 0 || v.Mountpoint == "" || !filepath.IsLocal(part) {
		return m, nil
	}
	return mount.Mount{
		Type: mount.TypeBind, Source: v.Mountpoint + "/" + filepath.ToSlash(part), Target: m.Target, ReadOnly: m.ReadOnly,
	}, nil
}

func hasSubpath(m mount.Mount) bool { return m.VolumeOptions != nil && m.VolumeOptions.Subpath != "" }
