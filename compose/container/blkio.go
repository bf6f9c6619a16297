package container

import (
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/blkiodev"
	"github.com/moby/moby/api/types/container"
)

func setBlkio(res *container.Resources, io *types.BlkioConfig) {
	if io == nil {
		return
	}
	res.BlkioWeight = io.Weight
	for _, d := range io.WeightDevice {
		res.BlkioWeightDevice = append(res.BlkioWeightDevice, &blkiodev.WeightDevice{Path: d.Path, Weight: d.Weight})
	}
	res.BlkioDeviceReadBps = throttles(io.DeviceReadBps)
	res.BlkioDeviceReadIOps = throttles(io.DeviceReadIOps)
	res.BlkioDeviceWriteBps = throttles(io.DeviceWriteBps)
	res.BlkioDeviceWriteIOps = throttles(io.DeviceWriteIOps)
}

func throttles(devices []types.ThrottleDevice) []*blkiodev.ThrottleDevice {
	var all []*blkiodev.ThrottleDevice
	for _, d := range devices {
		all = append(all, &blkiodev.ThrottleDevice{Path: d.Path, Rate: uint64(d.Rate)})
	}
	return all
}
