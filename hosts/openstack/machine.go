package openstack

import (
	"cmp"
	"maps"
	"slices"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// machine is what a server's status and metadata say.
func (t template) machine(s servers.Server) hosts.Machine {
	m := hosts.Machine{
		ID: s.ID, Name: s.Metadata[hosts.TagName], Location: s.Metadata[hosts.TagLocation],
		HostKey: s.Metadata[hosts.TagHostKey], Size: s.Metadata[tagSize], User: t.user, Created: s.Created,
	}
	m.State, m.Fault = state(s)
	m.Address, m.PrivateAddress = t.addresses(s)
	return m
}

// tagSize keeps the flavor's name, of which a server shows only the ID.
const tagSize = "io.clocker.size"

// state maps https://docs.openstack.org/api-guide/compute/server_concepts.html.
func state(s servers.Server) (hosts.MachineState, string) {
	if s.TaskState == "deleting" {
		return hosts.MachineDeleting, ""
	}
	switch s.Status {
	case "ACTIVE", "REBOOT", "HARD_REBOOT", "PASSWORD", "MIGRATING", "RESIZE", "VERIFY_RESIZE", "REVERT_RESIZE":
		return hosts.MachineRunning, ""
	case "BUILD", "REBUILD":
		return hosts.MachineMaking, ""
	case "DELETED", "SOFT_DELETED":
		return hosts.MachineDeleting, ""
	case "ERROR":
		return hosts.MachineBroken, cmp.Or(s.Fault.Message, "the server's status is ERROR")
	}
	return hosts.MachineBroken, "the server's status is " + cmp.Or(s.Status, "unknown")
}

// addresses are where SSH and the other machines reach a server: its floating
// address and the fixed one of its first network, one for both where there is
// only one. A machine that is to have a floating address has none before it.
func (t template) addresses(s servers.Server) (address, private string) {
	var floating string
	for _, network := range t.ordered(s.Addresses) {
		for _, a := range addressesOn(s.Addresses[network]) {
			if a.kind == "floating" {
				floating = cmp.Or(floating, a.ip)
			} else {
				private = cmp.Or(private, a.ip)
			}
		}
	}
	switch {
	case floating != "":
		return floating, private
	case t.floatingNetwork != "":
		return "", private
	}
	return cmp.Or(s.AccessIPv4, private, s.AccessIPv6), private
}

// ordered are the names of the networks, those of the template first.
func (t template) ordered(networks map[string]any) []string {
	return slices.SortedFunc(maps.Keys(networks), func(a, b string) int {
		return cmp.Or(cmp.Compare(t.rank(a), t.rank(b)), cmp.Compare(a, b))
	})
}

func (t template) rank(network string) int {
	if i := slices.Index(t.networks, network); i >= 0 {
		return i
	}
	return len(t.networks)
}

type address struct {
	ip, kind string
	six      bool
}

// addressesOn reads [{"addr": …, "version": 4, "OS-EXT-IPS:type": "fixed"}],
// IPv4 first.
func addressesOn(network any) (all []address) {
	list, _ := network.([]any)
	for _, item := range list {
		fields, _ := item.(map[string]any)
		ip, _ := fields["addr"].(string)
		kind, _ := fields["OS-EXT-IPS:type"].(string)
		all = append(all, address{ip, kind, fields["version"] == float64(6)})
	}
	slices.SortStableFunc(all, func(a, b address) int {
		switch {
		case a.six == b.six:
			return 0
		case a.six:
			return 1
		}
		return -1
	})
	return all
}
