package container

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// Hash is the configuration hash that a replica's label carries, with the
// containers that it shares namespaces or volumes with as t.Containers has
// them. Docker Compose hashes their IDs: a hash of names never equals its own.
func Hash(p *project.Project, service string, t Target) (string, error) {
	s, err := resolve(p, service, t)
	if err != nil {
		return "", err
	}
	return hash(p, s)
}

func hash(p *project.Project, s types.ServiceConfig) (string, error) {
	alone := &types.Project{Environment: p.Environment, Services: types.Services{s.Name: s}}
	return (&project.Project{Project: alone}).ServiceHash(s.Name)
}

// resolve is the service with its references to other services replaced by
// what an engine understands.
func resolve(p *project.Project, service string, t Target) (types.ServiceConfig, error) {
	s, err := p.GetService(service)
	if err != nil {
		return s, err
	}
	s = withAPISocket(s)
	s.Volumes = withImageNames(p, s.Volumes)
	var errs [4]error
	s.NetworkMode, errs[0] = t.sharedMode("network_mode", s.Name, s.NetworkMode)
	s.Ipc, errs[1] = t.sharedMode("ipc", s.Name, s.Ipc)
	s.Pid, errs[2] = t.sharedMode("pid", s.Name, s.Pid)
	s.VolumesFrom, errs[3] = t.volumesFrom(s.Name, s.VolumesFrom)
	return s, errors.Join(errs[:]...)
}

// sharedMode replaces service:NAME by container:ID.
func (t Target) sharedMode(attribute, service, mode string) (string, error) {
	other, ok := strings.CutPrefix(mode, types.ServicePrefix)
	if !ok {
		return mode, nil
	}
	id, err := t.container(attribute, service, other)
	return types.ContainerPrefix + id, err
}

// volumesFrom replaces SERVICE[:MODE] and container:NAME[:MODE] by a container.
// The mode is dropped, as Docker Compose drops it.
func (t Target) volumesFrom(service string, from []string) ([]string, error) {
	var errs []error
	resolved := slices.Clone(from)
	for i, ref := range from {
		parts := strings.Split(ref, ":")
		if parts[0] == "container" && len(parts) > 1 {
			resolved[i] = parts[1]
			continue
		}
		id, err := t.container("volumes_from", service, parts[0])
		resolved[i], errs = id, append(errs, err)
	}
	return resolved, errors.Join(errs...)
}

func (t Target) container(attribute, service, other string) (string, error) {
	if id := t.Containers[other]; id != "" {
		return id, nil
	}
	return "", &Problem{
		Service: service, Attribute: attribute, Fatal: true,
		Reason: fmt.Sprintf("service %s has no container on the same host", other),
		Hint:   "start " + other + " first",
	}
}

// withImageNames replaces the name of a service that is built, as the source of
// an image mount, by the name of its image.
func withImageNames(p *project.Project, volumes []types.ServiceVolumeConfig) []types.ServiceVolumeConfig {
	volumes = slices.Clone(volumes)
	for i, v := range volumes {
		if other, ok := p.Services[v.Source]; v.Type == types.VolumeTypeImage && ok && other.Image == "" {
			volumes[i].Source = Image(p, v.Source)
		}
	}
	return volumes
}
