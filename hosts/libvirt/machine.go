package libvirt

import (
	"encoding/hex"
	"fmt"
	"net/netip"

	"github.com/digitalocean/go-libvirt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// owned is a domain of ours with what it says of itself.
type owned struct {
	libvirt.Domain
	label label
}

// machine asks for what the label doesn't say: its state, and its address. It
// counts as running when it has one.
func (s session) machine(o owned, user string) (hosts.Machine, error) {
	m := hosts.Machine{
		ID: uuidText(o.UUID), Name: o.label.Name, Location: o.label.Location, User: user,
		HostKey: o.label.HostKey, Size: o.label.Size, Created: o.label.Created,
	}
	code, _, err := s.DomainGetState(o.Domain, 0)
	if err != nil {
		return m, fmt.Errorf("ask for the state of domain %s: %w", o.Name, err)
	}
	m.State, m.Fault = state(libvirt.DomainState(code), o.label.Started)
	if m.State == hosts.MachineRunning {
		if m.Address = s.address(o.Domain); m.Address == "" {
			m.State = hosts.MachineMaking // it boots
		}
	}
	return m, nil
}

// state maps libvirt's states. A domain that has never been started is on its
// way; one that was, and is off, won't start again by itself.
func state(now libvirt.DomainState, started bool) (hosts.MachineState, string) {
	switch now {
	case libvirt.DomainRunning, libvirt.DomainBlocked:
		return hosts.MachineRunning, ""
	case libvirt.DomainPaused:
		return hosts.MachineBroken, "the domain is paused"
	case libvirt.DomainPmsuspended:
		return hosts.MachineBroken, "the domain sleeps"
	case libvirt.DomainCrashed:
		return hosts.MachineBroken, "the domain has crashed"
	}
	if !started {
		return hosts.MachineMaking, ""
	}
	return hosts.MachineBroken, "the domain is shut off"
}

// address is the first that DHCP has leased, that the guest's agent names, or
// that the hypervisor has seen: "" as long as nobody knows.
func (s session) address(d libvirt.Domain) string {
	for _, from := range []libvirt.DomainInterfaceAddressesSource{
		libvirt.DomainInterfaceAddressesSrcLease, libvirt.DomainInterfaceAddressesSrcAgent, libvirt.DomainInterfaceAddressesSrcArp,
	} {
		// Those that don't know answer with errors of many kinds.
		if found, err := s.DomainInterfaceAddresses(d, uint32(from), 0); err == nil {
			if address := reachable(found); address != "" {
				return address
			}
		}
	}
	return ""
}

// reachable is the first address that others can reach, IPv4 before IPv6.
func reachable(interfaces []libvirt.DomainInterface) (six string) {
	for _, i := range interfaces {
		for _, a := range i.Addrs {
			ip, err := netip.ParseAddr(a.Addr)
			if err != nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
				continue
			}
			if ip.Is4() {
				return a.Addr
			}
			if six == "" {
				six = a.Addr
			}
		}
	}
	return six
}

func uuidText(u libvirt.UUID) string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func parseUUID(text string) (u libvirt.UUID, err error) {
	var plain []byte
	for i := range len(text) {
		if text[i] != '-' {
			plain = append(plain, text[i])
		}
	}
	if n, err := hex.Decode(u[:], plain[:min(len(plain), 2*len(u))]); err != nil || n != len(u) || len(plain) != 2*len(u) {
		return u, fmt.Errorf("%q isn't the ID of a domain", text)
	}
	return u, nil
}
