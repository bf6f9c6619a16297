package scheduler

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// shapesTried bounds of how many kinds of hosts one more is tried.
const shapesTried = 50

// remedies are the smallest changes after each of which the unit would fit, as
// clauses: "1 GiB less memory reserved". Each was tried: with it, a host takes
// the unit. There are none where no change of these kinds is enough.
func (w *queue) remedies() []string {
	var all []string
	for _, try := range []func() string{w.withHostBack, w.withPortFree, w.withLess, w.withOneMore} {
		if clause := try(); clause != "" {
			all = append(all, clause)
		}
	}
	return all
}

// takes tells whether a changed seat takes the unit.
func (w *queue) takes(s *Seat) bool {
	_, ok := w.ask(s)
	return ok
}

// withHostBack tries the hosts that are drained, or don't answer.
func (w *queue) withHostBack() string {
	best := ""
	for _, no := range w.log {
		if no.seat.Open {
			continue
		}
		s := no.seat.clone()
		s.Open = true
		switch {
		case !w.takes(s):
		case s.Host.Status.Ready: // and drained, which is the user's to change
			return s.Host.Name + " active again"
		case best == "":
			best = s.Host.Name + " back"
		}
	}
	return best
}

// withPortFree tries the hosts whose ports are taken.
func (w *queue) withPortFree() string {
	for _, no := range w.log {
		if f, ok := w.filter(no.filter, no.seat).(hostPorts); ok {
			s := no.seat.clone()
			s.ports = slices.DeleteFunc(s.ports, func(held port) bool {
				return slices.ContainsFunc(f.wanted, held.conflicts)
			})
			if w.takes(s) {
				return "port " + f.wanted[no.figure].String() + " free on " + s.Host.Name
			}
		}
	}
	return ""
}

// shortage is what a host lacks of what a unit reserves.
type shortage struct{ memory, nanoCPUs int64 }

// withLess tries the hosts that lack memory or CPUs, and finds the one that
// lacks the least.
func (w *queue) withLess() string {
	var best shortage
	least := math.Inf(1)
	for _, no := range w.log {
		lack, part := w.lacks(no.seat)
		if lack == (shortage{}) || part >= least {
			continue
		}
		s := no.seat.clone()
		s.Reserved.MemoryBytes -= lack.memory
		s.Reserved.NanoCPUs -= lack.nanoCPUs
		if w.takes(s) {
			best, least = lack, part
		}
	}
	switch {
	case best.memory > 0 && best.nanoCPUs > 0:
		return fmt.Sprintf("%s less memory and %s less reserved", memory(best.memory, math.Ceil), countCPUs(best.nanoCPUs))
	case best.memory > 0:
		return memory(best.memory, math.Ceil) + " less memory reserved"
	case best.nanoCPUs > 0:
		return countCPUs(best.nanoCPUs) + " less reserved"
	}
	return ""
}

// lacks is what the host lacks of the unit's reservations, and as a part of
// what is needed, by which shortages are compared.
func (w *queue) lacks(s *Seat) (lack shortage, part float64) {
	needs := w.leader().task.Needs
	if free := max(0, s.Capacity.MemoryBytes-s.Reserved.MemoryBytes); short(needs.MemoryBytes, free, s.Capacity.MemoryBytes) {
		lack.memory = needs.MemoryBytes - free
		part += float64(lack.memory) / float64(needs.MemoryBytes)
	}
	if free := max(0, s.Capacity.NanoCPUs-s.Reserved.NanoCPUs); short(needs.NanoCPUs, free, s.Capacity.NanoCPUs) {
		lack.nanoCPUs = needs.NanoCPUs - free
		part += float64(lack.nanoCPUs) / float64(needs.NanoCPUs)
	}
	return lack, part
}

// withOneMore tries an empty host like each that there is, the smallest first;
// then one that is large enough.
func (w *queue) withOneMore() string {
	shapes := w.shapes()
	for _, s := range shapes {
		if s.Capacity != (hosts.Resources{}) && w.takes(s) {
			return "one more host of " + size(s.Capacity) + in(s)
		}
	}
	for _, s := range shapes {
		needs := w.leader().task.Needs
		s.Capacity.MemoryBytes = max(s.Capacity.MemoryBytes, needs.MemoryBytes)
		s.Capacity.NanoCPUs = max(s.Capacity.NanoCPUs, needs.NanoCPUs)
		if needs != (hosts.Resources{}) && w.takes(s) {
			return "a host of " + size(s.Capacity) + in(s)
		}
	}
	return ""
}

// shapes are empty seats of hosts that don't exist, one for each kind that
// does, the smallest first.
func (w *queue) shapes() []*Seat {
	type kind struct {
		location int32
		capacity hosts.Resources
		platform hosts.Platform
		labels   string
	}
	known := map[kind]bool{}
	var all []*Seat
	for i := range w.board.seats {
		like := &w.board.seats[i]
		k := kind{like.location, like.Capacity, like.Host.Platform, fmt.Sprint(like.Host.Labels)}
		if known[k] || len(known) == shapesTried {
			continue
		}
		known[k] = true
		all = append(all, w.board.another(like))
	}
	slices.SortStableFunc(all, func(a, b *Seat) int {
		return cmp.Or(cmp.Compare(a.Capacity.MemoryBytes, b.Capacity.MemoryBytes), cmp.Compare(a.Capacity.NanoCPUs, b.Capacity.NanoCPUs))
	})
	return all
}

// another is an empty seat of a host like the seat's, whose names are unknown.
func (b *board) another(like *Seat) *Seat {
	h := *like.Host
	h.Name, h.ID, h.Hostname, h.Use = "", "", "", nil
	if len(h.Labels) > 0 {
		h.Name = "another " + like.Host.Name // which nobody's rules name
	}
	h.Availability, h.Status = hosts.Active, hosts.Status{Ready: true}
	return &Seat{Host: &h, Open: true, Capacity: h.Capacity, index: len(b.seats), location: like.location}
}

// in is where the host would have to be: labels may be what makes it fit.
func in(s *Seat) string {
	if like, labelled := strings.CutPrefix(s.Host.Name, "another "); labelled {
		return " like " + like
	}
	if s.Host.Location == "" {
		return ""
	}
	return " in " + s.Host.Location
}

// size is "4 CPUs and 8 GiB".
func size(r hosts.Resources) string {
	var parts []string
	if r.NanoCPUs > 0 {
		parts = append(parts, countCPUs(r.NanoCPUs))
	}
	if r.MemoryBytes > 0 {
		parts = append(parts, memory(r.MemoryBytes, math.Ceil))
	}
	return strings.Join(parts, " and ")
}

func countCPUs(nano int64) string {
	if nano == 1e9 {
		return "1 CPU"
	}
	return cpus(nano, math.Ceil) + " CPUs"
}
