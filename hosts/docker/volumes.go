package docker

import (
	"context"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// CreateVolume creates a volume; one of that name and driver that exists is
// left as it is.
func (e *Engine) CreateVolume(ctx context.Context, spec hosts.VolumeSpec) error {
	return e.short(ctx, "create volume "+spec.Name, func(ctx context.Context) error {
		_, err := e.api.VolumeCreate(ctx, client.VolumeCreateOptions{
			Name: spec.Name, Driver: spec.Driver, Labels: spec.Labels, DriverOpts: spec.Options,
		})
		return err
	})
}

// ClaimVolume creates a volume, or finds the one of that name: what it returns
// tells by its labels whose it is. Of several that claim a name at once, one
// gets it.
func (e *Engine) ClaimVolume(ctx context.Context, spec hosts.VolumeSpec) (hosts.Volume, error) {
	var claimed hosts.Volume
	err := e.short(ctx, "claim volume "+spec.Name, func(ctx context.Context) error {
		answer, err := e.api.VolumeCreate(ctx, client.VolumeCreateOptions{
			Name: spec.Name, Driver: spec.Driver, Labels: spec.Labels, DriverOpts: spec.Options,
		})
		claimed = listedVolume(answer.Volume)
		return err
	})
	return claimed, err
}

// Volumes lists the volumes with a label, which is KEY or KEY=VALUE.
func (e *Engine) Volumes(ctx context.Context, label string) ([]hosts.Volume, error) {
	var found []hosts.Volume
	err := e.short(ctx, "list volumes", func(ctx context.Context) error {
		answer, err := e.api.VolumeList(ctx, client.VolumeListOptions{Filters: client.Filters{}.Add("label", label)})
		found = volumes(answer.Items)
		return err
	})
	return found, err
}

// RemoveVolume removes a volume and its data; one that a container has, also a
// stopped one, is hosts.ErrConflict.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	return e.short(ctx, "remove volume "+name, func(ctx context.Context) error {
		_, err := e.api.VolumeRemove(ctx, name, client.VolumeRemoveOptions{})
		return err
	})
}

func volumes(list []volume.Volume) []hosts.Volume {
	all := make([]hosts.Volume, len(list))
	for i, v := range list {
		all[i] = listedVolume(v)
	}
	slices.SortFunc(all, func(a, b hosts.Volume) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func listedVolume(v volume.Volume) hosts.Volume {
	return hosts.Volume{
		Name: v.Name, Driver: v.Driver, Labels: v.Labels, Options: v.Options, Mountpoint: v.Mountpoint, Scope: v.Scope,
	}
}
