package machines

import (
	"fmt"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// sight follows a machine through its cloud's lists. A cloud may list a machine
// only some time after it has made it, and at first now and then not: that one
// list lacks it doesn't mean that it is gone.
type sight struct {
	machine hosts.Machine
	// until is when a machine that was never listed is given up, and listed tells
	// that it was.
	until  time.Time
	listed bool
	// missed is how many lists in a row lack it.
	missed int
}

// enough lists that lack a machine are as many as tell that it is gone.
const enough = 2

func (m *Machines) sight(machine hosts.Machine) *sight {
	s := &sight{machine: machine, until: time.Now().Add(m.o.Outage)}
	s.listed = machine.State == hosts.MachineRunning || !machine.Created.IsZero() && time.Since(machine.Created) > m.o.Outage
	return s
}

// look tells whether the machine of a list runs; the error is that it won't, or
// that it is gone.
func (s *sight) look(all []hosts.Machine) (runs bool, err error) {
	if i := slices.IndexFunc(all, func(seen hosts.Machine) bool { return seen.ID == s.machine.ID }); i >= 0 {
		s.machine, s.listed, s.missed = all[i], true, 0
		return settled(s.machine)
	}
	s.missed++
	if s.missed < enough || !s.listed && time.Now().Before(s.until) {
		return false, nil
	}
	return false, fmt.Errorf("machine %s: %w", s.machine.Name, hosts.ErrGone)
}
