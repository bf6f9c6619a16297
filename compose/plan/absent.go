package plan

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// waits tells, and warns, that a service can't be brought up while a host
// doesn't answer, because its own data may be there or that of a service it
// depends on. What runs of it is left alone.
func (u *up) waits(s types.ServiceConfig) bool {
	if u.waiting == nil {
		u.waiting = map[string]bool{}
	}
	u.waiting[s.Name] = u.waitsForData(s) || u.waitsForDependency(s)
	return u.waiting[s.Name]
}

// waitsForData tells that a service's data may be on a host that doesn't
// answer: to start it with an empty volume elsewhere would split it. Evidence
// is that the project is there already and nobody who answers has the volume.
func (u *up) waitsForData(s types.ServiceConfig) bool {
	absent := u.State.Absent()
	if len(absent) == 0 || !u.known() {
		return false
	}
	for _, key := range u.dataVolumes(s) {
		v := u.Project.Volumes[key]
		if len(u.holders(v.Name)) == 0 {
			u.warn("service %s waits: its volume %s is on none of the hosts that answer, and may be on %s", s.Name, v.Name, either(absent))
			return true
		}
	}
	return false
}

func (u *up) waitsForDependency(s types.ServiceConfig) bool {
	for _, dep := range u.dependencies(s) {
		if u.waiting[dep] && s.DependsOn[dep].Required {
			u.warn("service %s waits for %s", s.Name, dep)
			return true
		}
	}
	return false
}

// known tells whether a host that answers has anything of the project.
func (u *up) known() bool {
	return len(u.all) > 0 || slices.Contains(u.State.Projects(), u.Project.Name)
}

// either is "h1 or h2".
func either(absent []hosts.Host) string {
	var names []string
	for _, h := range absent {
		names = append(names, h.Name)
	}
	return strings.Join(names, " or ")
}
