package plan

import (
	"fmt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// giveWay lets steps that need a name or a port wait for those after which it
// is free: names and ports go from one container to another within one plan.
func (u *up) giveWay() error {
	ports := u.portsGivenUp()
	for _, s := range u.steps {
		switch a := s.Action.(type) {
		case CreateContainer:
			u.follow(s.ID, stepID(s.Host, RemoveContainer{Name: a.Spec.Name}))
		case RenameContainer:
			u.follow(s.ID, stepID(s.Host, RemoveContainer{Name: a.To}))
		}
	}
	for _, r := range u.replicas {
		for _, p := range fixedPorts(r.service) {
			for _, id := range ports[portKey(r.host, p)] {
				u.follow(r.started, id)
			}
		}
	}
	return nil
}

// portsGivenUp are the steps that stop containers, by the ports these publish.
func (u *up) portsGivenUp() map[string][]string {
	stops := map[string][]string{}
	for _, c := range u.all {
		id := stepID(c.Host, StopContainer{Name: c.Name})
		if !u.has(id) {
			continue
		}
		for _, p := range c.Ports {
			if p.HostPort != 0 {
				stops[portKey(c.Host, p)] = append(stops[portKey(c.Host, p)], id)
			}
		}
	}
	return stops
}

// portKey leaves the address out: to wait for a port on another address costs little.
func portKey(host string, p hosts.PublishedPort) string {
	return fmt.Sprintf("%s/%d/%s", host, p.HostPort, p.Protocol)
}
