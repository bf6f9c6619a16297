package invented

import (
	"fmt"
	"strconv"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// build makes the hosts of groups. Those whose names begin alike are numbered
// on, with as many digits as the largest number has, so that they sort.
func build(groups []group) ([]hosts.Host, error) {
	total := map[string]int{}
	sum := 0
	for _, g := range groups {
		total[g.name] += g.count
		if sum += g.count; sum > most {
			return nil, fmt.Errorf("more than %d hosts", most)
		}
	}
	all := make([]hosts.Host, 0, sum)
	next, known := map[string]int{}, map[string]bool{}
	for _, g := range groups {
		digits := len(strconv.Itoa(total[g.name]))
		for i := range g.count {
			next[g.name]++
			h := g.host(i, fmt.Sprintf("%s%0*d", g.name, digits, next[g.name]))
			if known[h.Name] {
				return nil, fmt.Errorf("two hosts would be called %s; choose other names", h.Name)
			}
			known[h.Name] = true
			all = append(all, h)
		}
	}
	return all, nil
}

func (g *group) host(i int, name string) hosts.Host {
	return hosts.Host{
		Name: name, Hostname: name, ID: name, Address: name + ".invalid", Location: g.location, Labels: g.labelsOf(i),
		Platform: hosts.Platform{OS: g.os, Arch: g.arch}, Capacity: g.capacity,
		Availability: hosts.Active, Status: hosts.Status{Ready: true},
		Drivers: []string{"bridge", "host", "null", hosts.FabricDriver},
	}
}

// labelsOf has the first label change from host to host, and each further one
// when those before it are through.
func (g *group) labelsOf(i int) map[string]string {
	labels := make(map[string]string, len(g.labels))
	for _, l := range g.labels {
		labels[l.key] = l.values[i%len(l.values)]
		i /= len(l.values)
	}
	return labels
}
