package machines

import (
	"cmp"
	"maps"
	"net/netip"
	"net/url"
	"regexp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// The forms of what a cloud tells and SSH is then called with.
var (
	hostForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
	userForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
)

// bootUser is whom every machine's boot lets in.
const bootUser = "root"

// Host is a machine as a host of its location, which SSH reaches with our key
// and with the host key of the machine's tag alone, unless it has an endpoint of
// its own.
func (m *Machines) Host(l hosts.Location, machine hosts.Machine) hosts.Host {
	return hosts.Host{
		Name:         machine.Name,
		Location:     l.Name,
		Endpoint:     m.endpoint(l, machine),
		Address:      machine.Address,
		Labels:       labels(l),
		Availability: hosts.Active,
		Machine:      &machine,
	}
}

// endpoint has no URL where the machine has no address yet, or one that can't be meant.
func (m *Machines) endpoint(l hosts.Location, machine hosts.Machine) hosts.Endpoint {
	if machine.Endpoint != "" {
		return hosts.Endpoint{URL: machine.Endpoint}
	}
	e := hosts.Endpoint{SSH: hosts.SSH{Identity: m.identityFile(), KnownHosts: m.knownHostsFile(machine.HostKey)}}
	user := cmp.Or(l.Template.Text("user"), machine.User, bootUser)
	host := machine.Address
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		host = "[" + host + "]"
	} else if !hostForm.MatchString(host) {
		return e
	}
	u := url.URL{Scheme: "ssh", Host: host}
	if userForm.MatchString(user) {
		u.User = url.User(user)
	}
	e.URL = u.String()
	return e
}

// labels are the location's; its region and zone are labels, too.
func labels(l hosts.Location) map[string]string {
	all := map[string]string{}
	for _, key := range []string{"region", "zone"} {
		if v := l.Template.Text(key); v != "" {
			all[key] = v
		}
	}
	maps.Copy(all, l.Labels)
	if len(all) == 0 {
		return nil
	}
	return all
}
