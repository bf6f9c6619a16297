package scheduler

import (
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Seat is a host while its capacity is drawn down: what rules look at. What
// every question reads stands together, because a question reads all seats.
type Seat struct {
	Host *hosts.Host
	// Open tells that the host answers and takes replicas.
	Open     bool
	location int32 // among the board's locations
	index    int   // among the seats of its board
	// Here counts the replicas of the service that is asked about.
	Here int
	// Containers counts all containers on it, Reserved is what they reserve.
	Containers int
	Reserved   hosts.Resources
	// Capacity is the host's.
	Capacity hosts.Resources

	// owner is the service that has the host to itself, "" for none.
	owner string
	// objections are what strangers that are there have against others and, while
	// a unit is asked about, its members that would be there.
	objections []objection
	// portMarks are those of ports: most questions need no closer look.
	portMarks uint64
	ports     ports
	// devices are those that are taken. The map is never written to.
	devices hosts.Devices
	// added is what replicas reserve that came since the host was measured.
	added hosts.Resources
}

// seatOf copies of the candidate what drawing down changes.
func seatOf(c *Candidate) Seat {
	s := Seat{
		Host: &c.Host, Open: c.Host.Status.Ready && c.Host.Availability != hosts.Drain,
		Containers: c.Containers, Reserved: c.Reserved, Capacity: c.Host.Capacity,
		ports: portsOf(c.Ports), devices: c.Devices, owner: c.Exclusive,
	}
	s.portMarks = s.ports.marks()
	for _, o := range c.Objections {
		s.objections = append(s.objections, objection{o.Service, target{o.Project, o.Against}})
	}
	return s
}

// clone copies the seat as deep as take changes it.
func (s *Seat) clone() *Seat {
	c := *s
	c.ports = slices.Clone(s.ports)
	c.objections = slices.Clip(s.objections)
	return &c
}

// take draws down what the member's task uses of the host. The census of
// replicas isn't the seat's.
func (s *Seat) take(m *member) {
	s.Containers++
	s.Reserved.NanoCPUs += m.task.Needs.NanoCPUs
	s.Reserved.MemoryBytes += m.task.Needs.MemoryBytes
	s.devices = s.devices.Add(m.task.Devices)
	s.ports, s.portMarks = s.ports.with(m.ports), s.portMarks|m.ports.marks()
	if m.exclusive {
		s.owner = m.key
	}
}

// object notes what the member's service has against others, once a target.
func (s *Seat) object(m *member) {
	for _, against := range m.against {
		if !slices.ContainsFunc(s.objections, func(o objection) bool { return o.target == against }) {
			s.objections = append(s.objections, objection{service: m.key, target: against})
		}
	}
}
