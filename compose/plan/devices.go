package plan

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// devices are the GPUs and the like that each replica of a service reserves. A
// request for all of a kind shares them, and counts none.
func devices(s types.ServiceConfig) hosts.Devices {
	var all hosts.Devices
	for _, request := range deviceRequests(s) {
		all = all.Add(deviceNeed(request))
	}
	if s.Deploy == nil || s.Deploy.Resources.Reservations == nil {
		return all
	}
	for _, r := range s.Deploy.Resources.Reservations.GenericResources {
		if d := r.DiscreteResourceSpec; d != nil && d.Value > 0 {
			all = all.Add(hosts.Devices{d.Kind: d.Value})
		}
	}
	return all
}

func deviceRequests(s types.ServiceConfig) []types.DeviceRequest {
	if s.Deploy == nil || s.Deploy.Resources.Reservations == nil {
		return s.Gpus
	}
	return slices.Concat(s.Gpus, s.Deploy.Resources.Reservations.Devices)
}

// deviceNeed is what one request asks of a host: for devices of CDI those that
// it names, else a number of one kind.
func deviceNeed(r types.DeviceRequest) hosts.Devices {
	if r.Driver == "cdi" {
		var all hosts.Devices
		for _, id := range r.IDs {
			class, name, _ := strings.Cut(id, "=")
			n := int64(1)
			if name == "all" {
				n = 0
			}
			all = all.Add(hosts.Devices{class: n})
		}
		return all
	}
	n := max(int64(r.Count), int64(len(r.IDs)), 0)
	return hosts.Devices{deviceKind(r.Capabilities): n}
}

// deviceKind is the kind that capabilities speak of: without any, as in `gpus: all`, GPUs.
func deviceKind(capabilities []string) string {
	if len(capabilities) == 0 || slices.Contains(capabilities, "gpu") {
		return hosts.KindGPU
	}
	return capabilities[0]
}
