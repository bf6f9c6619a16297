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

// Refuses is why the host isn't to be joined, a sentence without the host's
// name: its router has another key. To replace it would cut off the hosts and
// the users that have that one. It is "" for a host that may be joined.
func (f *Fabric) Refuses(o hosts.Observation) string {
	for _, c := range o.Containers {
		if c.Labels[hosts.LabelFabric] == "router" && f.foreign(c) {
			return otherKey
		}
	}
	return ""
}

// otherKey says what to do.
const otherKey = "its router has another key than yours, so somebody else has set the container network up there; " +
	"copy their file \"key\", which is beside their config file, to yours; or, to set it up anew for everybody, first run docker rm -f " + RouterName + " there"

func (f *Fabric) foreign(router hosts.Container) bool {
	mark := router.Labels[labelKey]
	return f.o.Password != "" && mark != "" && mark != f.keyMark()
}

// current tells whether the router has the shape that it should have.
func (f *Fabric) current(c hosts.Container, host hosts.Host, driver string) bool {
	return c.Labels[labelShape] == f.shape(host, c.Labels[labelDatapath], driver)
}
