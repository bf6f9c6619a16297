package scheduler

// neighbours wants a host on which no service objects to the task: none has the
// host to itself, and none has a rule of affinity to stay away from the task's.
// It is the other half of [exclusive] and of [affinity], which look at what is
// there and not at what comes.
//
// It is asked by one service on one board, and knows where those are that object
// to it: only its own replicas are placed meanwhile.
type neighbours struct {
	objecting []objecting
	// seats are those of all who object.
	seats seatSet
	// self tells that its own replicas stay away from each other.
	self bool
}

// objecting is a service that objects, and its replicas by seat.
type objecting struct {
	service string
	counts  map[int]int
}

// objection is what a service has against others.
type objection struct {
	service string // "project/service"
	target  target
}

// neighboursOf looks up who objects to a service.
func (i *inquiry) neighboursOf(service string) *neighbours {
	f := new(neighbours)
	for _, other := range i.rules.objectors.to(service) {
		if other == service {
			f.self = true
			continue
		}
		counts := i.board.replicas[other]
		if len(counts) == 0 {
			continue
		}
		if f.seats == nil {
			f.seats = newSeatSet(len(i.board.seats))
		}
		for seat := range counts {
			f.seats.add(seat)
		}
		f.objecting = append(f.objecting, objecting{other, counts})
	}
	return f
}

// matter tells that somebody who is placed objects.
func (f *neighbours) matter() bool { return f.self || f.seats != nil }

func (*neighbours) Name() string { return "neighbours" }

// Figures of refusals: others are indexes of those who object, and after them
// of the seat's own objections.
const (
	ownedByOther = -1
	keptByItself = -2
)

func (f *neighbours) Check(t *Task, s *Seat) (int64, bool) {
	switch {
	case s.owner != "" && s.owner != serviceKey(t):
		return ownedByOther, false
	case f.self && s.Here > 0:
		return keptByItself, false
	case f.seats != nil && f.seats.has(s.index):
		for i, o := range f.objecting {
			if o.counts[s.index] > 0 {
				return int64(i), false
			}
		}
	}
	for i := range s.objections {
		if s.objections[i].target.means(t.Project, t.Service) {
			return int64(len(f.objecting) + i), false
		}
	}
	return 0, true
}

func (f *neighbours) Refuse(t *Task, s *Seat, figure int64) Refusal {
	switch figure {
	case ownedByOther:
		return Refusal{Reason: "belongs to " + shortKey(s.owner, t.Project) + " alone", Summary: "belong to another service alone"}
	case keptByItself:
		return refuse("has", "have", t.Service+" already")
	}
	who := "another of its group"
	switch own := int(figure) - len(f.objecting); {
	case own < 0:
		who = shortKey(f.objecting[figure].service, t.Project)
	case own < len(s.objections):
		who = shortKey(s.objections[own].service, t.Project)
	}
	if who == t.Service {
		return refuse("has", "have", who+" already")
	}
	return refuse("has", "have", who+", which stays away from "+t.Service)
}

// Evicts is true: of two that can't be together the later one has to leave.
func (*neighbours) Evicts() bool { return true }

func (*neighbours) Hint(*Task) string {
	return "add a host, or relax affinity or exclusive of what is there"
}
