package scheduler

import (
	"fmt"
	"math"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// devices wants a host with the devices that a task reserves, GPUs say, that no
// other has. A need of 0 shares what there is.
type devices struct {
	kinds []string
	need  hosts.Devices
}

func newDevices(need hosts.Devices) devices { return devices{need.Kinds(), need} }

func (devices) Name() string { return "devices" }

// Check gives the place of the kind that is short and how many are free, in the
// upper and the lower half of the figure; more than the half holds are as many.
func (f devices) Check(_ *Task, s *Seat) (int64, bool) {
	for i, kind := range f.kinds {
		free, has := s.freeDevices(kind)
		if !has || free < f.need[kind] {
			return int64(i)<<32 | min(max(free, 0), math.MaxUint32), false
		}
	}
	return 0, true
}

func (f devices) Refuse(_ *Task, s *Seat, figure int64) Refusal {
	kind, free := f.kinds[figure>>32], figure&math.MaxUint32
	need := f.need[kind]
	if s.Host.Devices[kind] == 0 {
		return refuse("has", "have", "no "+kind)
	}
	return Refusal{
		Reason:  fmt.Sprintf("lacks %s (need %d, %d free)", kind, need, free),
		Summary: fmt.Sprintf("lack %s (need %d)", kind, need),
	}
}

func (devices) Evicts() bool { return true }

func (f devices) Hint(t *Task) string {
	return "add a host that has it, declare it under devices of a host, or lower deploy.resources.reservations of " + t.Service
}

// freeDevices are those of a kind that nobody has, as many as one likes where
// nobody says how many there are; has tells whether the host has any at all.
func (s *Seat) freeDevices(kind string) (free int64, has bool) {
	switch total := s.Host.Devices[kind]; total {
	case 0:
		return 0, false
	case hosts.ManyDevices:
		return math.MaxInt64, true
	default:
		return total - s.devices[kind], true
	}
}
