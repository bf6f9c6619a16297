package weave

import (
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Joined tells from an observation alone whether the host is part of the
// fabric as it should be: router running, driver enabled, both current.
func (f *Fabric) Joined(o hosts.Observation) bool {
	driver, err := packed(f.binaries, o.Host.Platform)
	if err != nil || !slices.Contains(o.Host.Drivers, hosts.FabricDriver) {
		return false
	}
	return slices.ContainsFunc(o.Containers, func(c hosts.Container) bool {
		return c.Labels[hosts.LabelFabric] == "router" && c.State == hosts.Running &&
			f.current(c, o.Host, digest(driver))
	})
}

// current tells whether the router has the shape that it should have.
func (f *Fabric) current(c hosts.Container, host hosts.Host, driver string) bool {
	return c.Labels[labelShape] == f.shape(host, c.Labels[labelDatapath], driver)
}
