package container

import (
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"
)

// resources are the limits of a service; those of deploy.resources win over the
// attributes of the service itself.
func (r *replica) resources() container.Resources {
	res := container.Resources{
		CPUShares:          r.CPUShares,
		Memory:             int64(r.MemLimit),
		NanoCPUs:           int64(r.CPUS * 1e9),
		CgroupParent:       r.CgroupParent,
		CPUPeriod:          r.CPUPeriod,
		CPUQuota:           r.CPUQuota,
		CPURealtimePeriod:  r.CPURTPeriod,
		CPURealtimeRuntime: r.CPURTRuntime,
		CpusetCpus:         r.CPUSet,
		DeviceCgroupRules:  r.DeviceCgroupRules,
		MemoryReservation:  int64(r.MemReservation),
		MemorySwap:         int64(r.MemSwapLimit),
		OomKillDisable:     new(r.OomKillDisable),
		Ulimits:            ulimits(r.Ulimits),
		CPUCount:           r.CPUCount,
		CPUPercent:         int64(r.CPUPercent * 100),
	}
	if r.MemSwappiness != 0 {
		res.MemorySwappiness = new(int64(r.MemSwappiness))
	}
	if r.PidsLimit != 0 {
		res.PidsLimit = new(r.PidsLimit)
	}
	setBlkio(&res, r.BlkioConfig)
	if r.Deploy != nil {
		setLimits(&res, r.Deploy.Resources.Limits)
		setReservations(&res, r.Deploy.Resources.Reservations)
	}
	setDevices(&res, r.Devices)
	setGPUs(&res, r.Gpus)
	return res
}

func setLimits(res *container.Resources, limits *types.Resource) {
	if limits == nil {
		return
	}
	if limits.MemoryBytes != 0 {
		res.Memory = int64(limits.MemoryBytes)
	}
	if limits.NanoCPUs != 0 {
		res.NanoCPUs = int64(limits.NanoCPUs * 1e9)
	}
	if limits.Pids > 0 {
		res.PidsLimit = new(limits.Pids)
	}
}

// setReservations leaves CPUs out: engines have no such thing, and it is the
// placement that honours it.
func setReservations(res *container.Resources, reserved *types.Resource) {
	if reserved == nil {
		return
	}
	if reserved.MemoryBytes != 0 {
		res.MemoryReservation = int64(reserved.MemoryBytes)
	}
	for _, d := range reserved.Devices {
		res.DeviceRequests = append(res.DeviceRequests, deviceRequest(d, d.Capabilities))
	}
}

func ulimits(limits map[string]*types.UlimitsConfig) []*container.Ulimit {
	var all []*container.Ulimit
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		soft, hard := limits[name].Single, limits[name].Single
		if limits[name].Soft != 0 {
			soft = limits[name].Soft
		}
		if limits[name].Hard != 0 {
			hard = limits[name].Hard
		}
		all = append(all, &container.Ulimit{Name: name, Soft: int64(soft), Hard: int64(hard)})
	}
	return all
}
