package docker

import (
	"cmp"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/system"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// describe is the declared host with what its engine says of itself.
func (e *Engine) describe(i system.Info) hosts.Host {
	h := e.host
	h.Address = cmp.Or(h.Address, e.target.address())
	h.ID = i.ID
	h.Hostname = i.Name
	h.EngineVersion = i.ServerVersion
	h.EngineLabels = pairs(i.Labels)
	h.Platform = hosts.ParsePlatform(i.OSType + "/" + i.Architecture)
	h.Capacity = hosts.Resources{NanoCPUs: int64(i.NCPU) * 1e9, MemoryBytes: i.MemTotal}
	h.Devices = withDeclared(devices(i), e.host.Devices)
	h.Drivers = slices.Sorted(slices.Values(i.Plugins.Network))
	return h
}

// imageStore is where the engine keeps images.
func (e *Engine) imageStore(i system.Info) hosts.ImageStore {
	return hosts.ImageStore{
		Root: i.DockerRootDir, Driver: i.Driver,
		Containerd: slices.Contains(i.DriverStatus, [2]string{"driver-type", "io.containerd.snapshotter.v1"}),
		Tells:      !e.before("1.48"),
	}
}

// pairs reads "key=value" strings; nil for none.
func pairs(list []string) map[string]string {
	var m map[string]string
	for _, s := range list {
		if m == nil {
			m = map[string]string{}
		}
		key, value, _ := strings.Cut(s, "=")
		m[key] = value
	}
	return m
}
