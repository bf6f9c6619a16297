package hetzner

import (
	"cmp"
	"strconv"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

func machine(s *hcloud.Server, l hosts.Location) hosts.Machine {
	tags := tag.Read(s.Labels)
	m := hosts.Machine{
		ID: strconv.FormatInt(s.ID, 10), Name: tags.Name, Location: tags.Location, HostKey: tags.HostKey,
		User:    cmp.Or(l.Template.Text("user"), defaultUser),
		Created: s.Created,
	}
	if s.ServerType != nil {
		m.Size = s.ServerType.Name
	}
	if !s.PublicNet.IPv4.IsUnspecified() {
		m.Address = s.PublicNet.IPv4.IP.String()
	}
	if len(s.PrivateNet) > 0 {
		m.PrivateAddress = s.PrivateNet[0].IP.String()
	}
	m.State, m.Fault = state(s.Status)
	return m
}

func state(s hcloud.ServerStatus) (hosts.MachineState, string) {
	switch s {
	case hcloud.ServerStatusRunning:
		return hosts.MachineRunning, ""
	case hcloud.ServerStatusDeleting:
		return hosts.MachineDeleting, ""
	case hcloud.ServerStatusOff, hcloud.ServerStatusStopping, hcloud.ServerStatusUnknown:
		return hosts.MachineBroken, "the server is " + string(s)
	}
	return hosts.MachineMaking, ""
}
