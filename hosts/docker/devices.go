package docker

import (
	"maps"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/api/types/system"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// nvidiaGPU is the class under which NVIDIA's GPUs are named in CDI.
const nvidiaGPU = "nvidia.com/gpu"

// devices are what an engine says that containers can have: the resources of
// its daemon.json, the devices that it found (CDI, from API 1.50 on), and the
// GPUs that NVIDIA's runtime hands out without telling how many there are.
func devices(i system.Info) hosts.Devices {
	found := hosts.Devices{}
	for _, r := range i.GenericResources {
		countGeneric(found, r)
	}
	maps.Copy(found, discovered(i.DiscoveredDevices))
	if n := found[nvidiaGPU]; n > 0 && found[hosts.KindGPU] == 0 {
		found[hosts.KindGPU] = n
	}
	if _, has := i.Runtimes["nvidia"]; has && found[hosts.KindGPU] == 0 {
		found[hosts.KindGPU] = hosts.ManyDevices
	}
	return found
}

// withDeclared are the devices with those that the user declared, whose counts
// win: 0 is none.
func withDeclared(found, declared hosts.Devices) hosts.Devices {
	maps.Copy(found, declared)
	maps.DeleteFunc(found, func(_ string, n int64) bool { return n == 0 })
	if len(found) == 0 {
		return nil
	}
	return found
}

func countGeneric(found hosts.Devices, r swarm.GenericResource) {
	switch {
	case r.NamedResourceSpec != nil:
		found[r.NamedResourceSpec.Kind]++
		gpuByName(found, r.NamedResourceSpec.Kind, 1)
	case r.DiscreteResourceSpec != nil:
		found[r.DiscreteResourceSpec.Kind] += r.DiscreteResourceSpec.Value
		gpuByName(found, r.DiscreteResourceSpec.Kind, r.DiscreteResourceSpec.Value)
	}
}

// gpuByName counts what is a GPU by its kind's name, too: GPU, NVIDIA-GPU.
func gpuByName(found hosts.Devices, kind string, n int64) {
	if lower := strings.ToLower(kind); kind != hosts.KindGPU && (lower == hosts.KindGPU || lower == "nvidia-gpu") {
		found[hosts.KindGPU] += n
	}
}

// discovered counts devices of CDI, VENDOR/CLASS=NAME, by class. One device may
// have several names, a number among them; "all" is no device.
func discovered(list []system.DeviceInfo) map[string]int64 {
	numbered, named := map[string]int64{}, map[string]int64{}
	for _, d := range list {
		class, name, ok := strings.Cut(d.ID, "=")
		if !ok || d.Source != "cdi" || name == "all" {
			continue
		}
		named[class]++
		if _, err := strconv.Atoi(name); err == nil {
			numbered[class]++
		}
	}
	maps.Copy(named, numbered)
	return named
}
