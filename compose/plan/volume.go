package plan

import (
	"fmt"

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
	want, err := u.Project.VolumeHash(key)
	if err != nil {
		return err
	}
	if have := v.Labels[hosts.LabelConfigHash]; have != "" && have != want {
		u.warn("volume %q exists but doesn't match its configuration in the compose file; its data is kept as it is. Remove it to have it made anew", v.Name)
	}
	return nil
}
