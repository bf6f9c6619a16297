package fake

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// CreateVolume creates a volume; one that exists stays as it is.
func (e *Engine) CreateVolume(ctx context.Context, spec hosts.VolumeSpec) error {
	return e.call(ctx, "CreateVolume", spec.Name, func(s *state) error {
		v := hosts.Volume{Name: spec.Name, Driver: cmp.Or(spec.Driver, "local"), Labels: spec.Labels, Options: spec.Options}
		if old, ok := s.Volumes[spec.Name]; ok && old.Driver != v.Driver {
			return conflict("a volume named %s already exists with the driver %s", spec.Name, old.Driver)
		}
		s.addVolume(v)
		return nil
	})
}

// ClaimVolume creates a volume, or returns the one of that name.
func (e *Engine) ClaimVolume(ctx context.Context, spec hosts.VolumeSpec) (hosts.Volume, error) {
	var claimed hosts.Volume
	err := e.call(ctx, "ClaimVolume", spec.Name, func(s *state) error {
		s.addVolume(hosts.Volume{Name: spec.Name, Driver: spec.Driver, Labels: spec.Labels, Options: spec.Options})
		claimed = s.Volumes[spec.Name]
		return nil
	})
	return claimed, err
}

// Volumes lists the volumes with a label, which is KEY or KEY=VALUE.
func (e *Engine) Volumes(ctx context.Context, label string) ([]hosts.Volume, error) {
	key, value, valued := strings.Cut(label, "=")
	var found []hosts.Volume
	err := e.call(ctx, "Volumes", label, func(s *state) error {
		for _, v := range sorted(s.Volumes) {
			if have, ok := v.Labels[key]; ok && (!valued || have == value) {
				found = append(found, v)
			}
		}
		return nil
	})
	return found, err
}

// addVolume leaves a volume that exists alone.
func (s *state) addVolume(v hosts.Volume) {
	if _, ok := s.Volumes[v.Name]; ok {
		return
	}
	v.Driver = cmp.Or(v.Driver, "local")
	v.Mountpoint, v.Scope = "/var/lib/docker/volumes/"+v.Name+"/_data", "local"
	s.Volumes[v.Name] = v
}

// RemoveVolume removes a volume that no container has.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	return e.call(ctx, "RemoveVolume", name, func(s *state) error {
		if _, ok := s.Volumes[name]; !ok {
			return notFound("get %s: no such volume", name)
		}
		for _, r := range sorted(s.Containers) {
			if slices.ContainsFunc(r.Mounts, func(m hosts.Mount) bool { return m.Name == name }) {
				return conflict("remove %s: volume is in use - [%s]", name, r.ID)
			}
		}
		delete(s.Volumes, name)
		return nil
	})
}
