package container

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"
	cdi "tags.cncf.io/container-device-interface/pkg/parser"
)

// setDevices tells paths of the host from names of the Container Device
// Interface ("vendor.com/class=name"), which engines want as a request.
func setDevices(res *container.Resources, devices []types.DeviceMapping) {
	var named []string
	for _, d := range devices {
		if d.Source == d.Target && cdi.IsQualifiedName(d.Source) {
			named = append(named, d.Source)
			continue
		}
		res.Devices = append(res.Devices, container.DeviceMapping{
			PathOnHost: d.Source, PathInContainer: d.Target, CgroupPermissions: d.Permissions,
		})
	}
	if len(named) > 0 {
		res.DeviceRequests = append(res.DeviceRequests, container.DeviceRequest{Driver: "cdi", DeviceIDs: named})
	}
}

func setGPUs(res *container.Resources, gpus []types.DeviceRequest) {
	for _, g := range gpus {
		res.DeviceRequests = append(res.DeviceRequests, deviceRequest(g, append(slices.Clone(g.Capabilities), "gpu")))
	}
}

func deviceRequest(d types.DeviceRequest, capabilities []string) container.DeviceRequest {
	return container.DeviceRequest{
		Driver:       d.Driver,
		Count:        int(d.Count),
		DeviceIDs:    d.IDs,
		Capabilities: [][]string{capabilities},
		Options:      d.Options,
	}
}
