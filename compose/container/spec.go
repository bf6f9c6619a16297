package container

import (
	"cmp"
	"errors"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Spec is the request for a replica of a service. The error joins one [Problem]
// for each attribute that can't be honoured on the target.
//
// Three labels are left to others: the digests of the image and of mounted
// images, which only the host knows, and the name of what is replaced.
func Spec(p *project.Project, service string, number int, t Target) (hosts.ContainerSpec, error) {
	if _, err := p.GetService(service); err != nil {
		return hosts.ContainerSpec{}, err
	}
	s, referenceErr := resolve(p, service, t)
	r := &replica{ServiceConfig: s, project: p, number: number, target: t}
	config, configErr := r.config()
	host, hostErr := r.hostConfig()
	networks, networkErr := r.networks()
	files, fileErr := r.files()
	if err := errors.Join(referenceErr, r.checkEngine(), configErr, hostErr, networkErr, fileErr); err != nil {
		return hosts.ContainerSpec{}, err
	}
	return hosts.ContainerSpec{
		Name:       r.containerName(),
		Config:     config,
		HostConfig: host,
		Networks:   networks,
		Platform:   cmp.Or(s.Platform, p.Environment["DOCKER_DEFAULT_PLATFORM"]),
		Files:      files,
	}, nil
}

// replica is a service on its way to become a request.
type replica struct {
	types.ServiceConfig
	project *project.Project
	number  int
	target  Target
}

func (r *replica) containerName() string {
	if o := r.target.Oneoff; o != nil {
		return OneoffName(r.project, r.Name, *o)
	}
	return Name(r.project, r.Name, r.number)
}

// config is what belongs to the container wherever it runs.
func (r *replica) config() (*container.Config, error) {
	labels, labelErr := r.labels()
	health, healthErr := r.health()
	exposed, portErr := r.exposedPorts()
	stdin := r.target.Oneoff != nil && r.target.Oneoff.Stdin
	return &container.Config{
		AttachStdin:     stdin,
		StdinOnce:       stdin && r.StdinOpen,
		Hostname:        r.Hostname,
		Domainname:      r.DomainName,
		User:            r.User,
		AttachStdout:    true,
		AttachStderr:    true,
		ExposedPorts:    exposed,
		Tty:             r.Tty,
		OpenStdin:       r.StdinOpen,
		Env:             r.env(),
		Cmd:             []string(r.Command),
		Healthcheck:     health,
		Image:           Image(r.project, r.Name),
		WorkingDir:      r.WorkingDir,
		Entrypoint:      []string(r.Entrypoint),
		NetworkDisabled: r.NetworkMode == "disabled",
		Labels:          labels,
		StopSignal:      r.StopSignal,
		StopTimeout:     seconds(r.StopGracePeriod),
	}, errors.Join(labelErr, healthErr, portErr)
}
