package container

import (
	"fmt"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// VolumeSpec is a volume of the project, by its key in the compose file.
func VolumeSpec(p *project.Project, key string) (hosts.VolumeSpec, error) {
	v, ok := p.Volumes[key]
	if !ok {
		return hosts.VolumeSpec{}, fmt.Errorf("no such volume: %s", key)
	}
	if v.External {
		return hosts.VolumeSpec{}, fmt.Errorf("volume %s is external: it has to exist", v.Name)
	}
	hash, err := p.VolumeHash(key)
	return hosts.VolumeSpec{
		Name:    v.Name,
		Driver:  v.Driver,
		Labels:  resourceLabels(p, v.Labels, hosts.LabelVolume, key, hash),
		Options: v.DriverOpts,
	}, err
}
