package container

import (
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// UnsupportedResources are sentences about what the project's networks,
// configs, secrets and jobs say in vain.
func UnsupportedResources(p *project.Project, several bool) []string {
	var all []string
	tell := func(used bool, format string, args ...any) {
		if used {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Jobs)) {
		tell(true, "job %s is ignored: jobs aren't run in this version", name)
	}
	for _, key := range slices.Sorted(maps.Keys(p.Networks)) {
		for _, attribute := range fabricIgnores(p.Networks[key], several) {
			tell(true, "network %s: %s is ignored on a pool of several hosts", key, attribute)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.Configs)) {
		tell(len(p.Configs[key].Labels) > 0, "config %s: labels are ignored, only Swarm has an object to label", key)
	}
	for _, key := range slices.Sorted(maps.Keys(p.Secrets)) {
		s := p.Secrets[key]
		tell(len(s.Labels) > 0, "secret %s: labels are ignored, only Swarm has an object to label", key)
		tell(len(s.DriverOpts) > 0, "secret %s: driver_opts are ignored, only Swarm has drivers of secrets", key)
	}
	return all
}

// fabricIgnores are the attributes of a network that the fabric decides itself.
func fabricIgnores(n types.NetworkConfig, several bool) []string {
	if !several || bool(n.External) || n.Driver != "" && n.Driver != "bridge" {
		return nil
	}
	var ignored []string
	add := func(used bool, attribute string) {
		if used && !slices.Contains(ignored, attribute) {
			ignored = append(ignored, attribute)
		}
	}
	add(len(n.DriverOpts) > 0, "driver_opts")
	add(n.Ipam.Driver != "" && n.Ipam.Driver != "default", "ipam.driver")
	add(len(n.Ipam.Options) > 0, "ipam.options")
	for _, pool := range n.Ipam.Config {
		add(pool.Gateway != "", "ipam.config.gateway")
		add(pool.IPRange != "", "ipam.config.ip_range")
		add(len(pool.AuxiliaryAddresses) > 0, "ipam.config.aux_addresses")
	}
	return ignored
}
