package plan

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// makeVolumes adds the steps that create the named volumes where their
// replicas run.
func (u *up) makeVolumes() error {
	u.volumes = map[[2]string]string{}
	for _, r := range u.replicas {
		for _, v := range r.service.Volumes {
			if v.Type != types.VolumeTypeVolume || v.Source == "" {
				continue
			}
			if err := u.makeVolume(r.host, v.Source); err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *up) makeVolume(host, key string) error {
	declared, ok := u.Project.Volumes[key]
	if !ok {
		return nil // a run's own, which the engine makes where it lacks it
	}
	existing := state.Volume(u.State.Host(host), declared.Name)
	switch {
	case existing != nil && u.renews(host, key):
		return u.renewVolume(host, key)
	case existing != nil:
		return u.checkVolume(existing, key)
	case bool(declared.External):
		return fmt.Errorf("volume %s declared as external, but not found on host %s; create it there: docker volume create %s", declared.Name, host, declared.Name)
	}
	spec, err := container.VolumeSpec(u.Project, key)
	if err != nil {
		return err
	}
	id := u.add(host, CreateVolume{Spec: spec}, ReasonMissing)
	u.volumes[[2]string{host, key}] = id
	if absent := u.State.Absent(); len(absent) > 0 && !shared(declared) {
		u.risk(id, "it is created empty, and a volume of that name may be on "+either(absent)+", which can't be asked")
	}
	return nil
}

// checkVolume warns where an existing volume isn't what the files describe.
// Its data is never given up for that.
func (u *up) checkVolume(v *hosts.Volume, key string) error {
	if bool(u.Project.Volumes[key].External) {
		return nil
	}
	if v.Labels[hosts.LabelProject] != u.Project.Name {
		u.warn("volume %q already exists but was not created for project %q; use `external: true` to use an existing volume", v.Name, u.Project.Name)
		return nil
	}
	if differs, err := u.diverges(v, key); err != nil || !differs {
		return err
	}
	u.warn("volume %q exists but doesn't match its configuration in the compose file; its data is kept as it is. `up -y` makes it anew, without its data", v.Name)
	if !slices.Contains(u.plan.Diverged, v.Name) {
		u.plan.Diverged = append(u.plan.Diverged, v.Name)
	}
	return nil
}

// diverges tells whether a volume of the project was made from another
// configuration. One without a hash is left alone.
func (u *up) diverges(v *hosts.Volume, key string) (bool, error) {
	want, err := u.Project.VolumeHash(key)
	have := v.Labels[hosts.LabelConfigHash]
	return v.Labels[hosts.LabelProject] == u.Project.Name && have != "" && have != want, err
}

// renews tells whether a host's volume differs, and may be made again.
func (u *up) renews(host, key string) bool {
	declared, ok := u.Project.Volumes[key]
	if !ok || bool(declared.External) || !slices.Contains(u.RenewVolumes, declared.Name) {
		return false
	}
	v := state.Volume(u.State.Host(host), declared.Name)
	if v == nil {
		return false
	}
	differs, err := u.diverges(v, key)
	return err == nil && differs
}

// renewVolume removes a volume, after its containers, and creates it.
func (u *up) renewVolume(host, key string) error {
	spec, err := container.VolumeSpec(u.Project, key)
	if err != nil {
		return err
	}
	removed := u.add(host, RemoveVolume{Name: spec.Name}, ReasonVolumeChanged)
	u.volumes[[2]string{host, key}] = u.add(host, CreateVolume{Spec: spec}, ReasonVolumeChanged, removed)
	return nil
}

// losesVolume tells whether a replica's container is in the way of a volume that
// is made again.
func (u *up) losesVolume(r *replica) bool {
	return slices.ContainsFunc(r.service.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeVolume && u.renews(r.host, v.Source)
	})
}

// rebuild removes a container, so that its volume can go, and creates another.
func (u *up) rebuild(r *replica, by map[string][]*replica) {
	gone := u.giveUp(r, by, r.recreate, "")
	for _, v := range r.service.Volumes {
		if u.renews(r.host, v.Source) {
			u.follow(stepID(r.host, RemoveVolume{Name: u.Project.Volumes[v.Source].Name}), gone)
		}
	}
	r.created = u.add(r.host, u.creation(r, by, r.spec), r.recreate, append(u.needs(r, by), gone)...)
}
