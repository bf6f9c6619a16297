package container

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// preStart is what the label says of a container that runs before a service.
const preStart = "pre_start"

// HookSpec is the request for the container of a service's pre_start hook. It
// is a container of its own kind, which no other command takes for a replica.
// The volumes of a replica are for its creator to add.
func HookSpec(p *project.Project, service string, index int, t Target) (hosts.ContainerSpec, error) {
	s, ok := p.AllServices()[service]
	if !ok {
		return hosts.ContainerSpec{}, fmt.Errorf("no such service: %s", service)
	}
	own := s.PreStart[index].ContainerSpec
	if own.Image == "" {
		own.Image = Image(p, service)
	}
	hook := types.ServiceConfig{Name: service, ContainerSpec: own}
	t.Replaced = nil
	spec, err := request(p, hook, 0, t)
	if err != nil {
		return spec, err
	}
	spec.Name = strings.Join([]string{p.Name, service, preStart, strconv.Itoa(index)}, "-")
	spec.Config.Image = own.Image
	labels := maps.Clone(map[string]string(own.Labels))
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, t.Labels)
	maps.Copy(labels, map[string]string{
		hosts.LabelProject: p.Name, hosts.LabelService: service, hosts.LabelVersion: composeVersion,
		hosts.LabelHook: preStart, hosts.LabelHookIndex: strconv.Itoa(index),
	})
	spec.Config.Labels = labels
	return spec, nil
}

// Environment is KEY=VALUE, sorted; a variable without a value is KEY.
func Environment(all types.MappingWithEquals) []string {
	return (&replica{ServiceConfig: types.ServiceConfig{ContainerSpec: types.ContainerSpec{Environment: all}}}).env()
}

// request is the request for a container of a service as it is given, whatever
// the project says of it.
func request(p *project.Project, s types.ServiceConfig, number int, t Target) (hosts.ContainerSpec, error) {
	other := *p.Project
	other.Services = maps.Clone(p.Services)
	other.Services[s.Name] = s
	own := *p
	own.Project = &other
	spec, err := Spec(&own, s.Name, number, t)
	if err != nil {
		return spec, fmt.Errorf("%s: %w", preStart, err)
	}
	return spec, nil
}
