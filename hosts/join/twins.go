package join

import (
	"fmt"
	"slices"
	"strings"
)

// Twins are machines and engines that have one ID, as copies of a disk do.
// Their routers would take each other for themselves.
func Twins(all []Examination) []Finding {
	var found []Finding
	for _, k := range []struct {
		check, what, fix string
		id               func(Examination) string
	}{
		{
			"identity", "machine ID", "on all but one: rm -f /etc/machine-id /var/lib/dbus/machine-id && systemd-machine-id-setup && reboot",
			func(e Examination) string { return e.MachineID },
		},
		{
			"engine", "engine ID", "on all but one: systemctl stop docker && rm -f /etc/docker/key.json /var/lib/docker/engine-id && systemctl start docker",
			func(e Examination) string { return e.EngineID },
		},
	} {
		byID := map[string][]string{}
		for _, e := range all {
			if id := k.id(e); id != "" {
				byID[id] = append(byID[id], e.Host.Name)
			}
		}
		for _, names := range byID {
			for _, name := range names {
				if others := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name }); len(others) > 0 {
					found = append(found, Finding{name, Fault, k.check, fmt.Sprintf("same %s as %s", k.what, strings.Join(others, ", ")), k.fix})
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.Host+a.Check, b.Host+b.Check) })
	return found
}
