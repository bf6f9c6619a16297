package docker

import (
	"testing"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/api/types/system"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestDevicesOfAnEngine(t *testing.T) {
	named := func(kind, value string) swarm.GenericResource {
		return swarm.GenericResource{NamedResourceSpec: &swarm.NamedGenericResource{Kind: kind, Value: value}}
	}
	count := func(kind string, n int64) swarm.GenericResource {
		return swarm.GenericResource{DiscreteResourceSpec: &swarm.DiscreteGenericResource{Kind: kind, Value: n}}
	}
	cdi := func(ids ...string) (all []system.DeviceInfo) {
		for _, id := range ids {
			all = append(all, system.DeviceInfo{Source: "cdi", ID: id})
		}
		return all
	}
	nvidia := map[string]system.RuntimeWithStatus{"runc": {}, "nvidia": {}}
	for _, test := range []struct {
		name     string
		info     system.Info
		declared hosts.Devices
		want     hosts.Devices
	}{
		{"nothing", system.Info{}, nil, nil},
		{"resources of daemon.json", system.Info{GenericResources: []swarm.GenericResource{named("NVIDIA-GPU", "UUID1"), named("NVIDIA-GPU", "UUID2"), count("ssd", 3)}}, nil, hosts.Devices{"NVIDIA-GPU": 2, "gpu": 2, "ssd": 3}},
		{"in our own word", system.Info{GenericResources: []swarm.GenericResource{count("gpu", 4)}, Runtimes: nvidia}, nil, hosts.Devices{"gpu": 4}},
		{"a device has several names", system.Info{DiscoveredDevices: cdi("nvidia.com/gpu=0", "nvidia.com/gpu=1", "nvidia.com/gpu=GPU-aa", "nvidia.com/gpu=GPU-bb", "nvidia.com/gpu=all"), Runtimes: nvidia}, nil, hosts.Devices{"nvidia.com/gpu": 2, "gpu": 2}},
		{"names that are no numbers", system.Info{DiscoveredDevices: cdi("acme.com/net=eth0", "acme.com/net=eth1", "nonsense")}, nil, hosts.Devices{"acme.com/net": 2}},
		{"a runtime doesn't tell how many", system.Info{Runtimes: nvidia}, nil, hosts.Devices{"gpu": hosts.ManyDevices}},
		{"the user knows better", system.Info{Runtimes: nvidia}, hosts.Devices{"gpu": 2, "tape": 1}, hosts.Devices{"gpu": 2, "tape": 1}},
		{"the user wants them left alone", system.Info{Runtimes: nvidia}, hosts.Devices{"gpu": 0}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.DeepEqual(t, withDeclared(devices(test.info), test.declared), test.want)
		})
	}
}
