package scheduler

// neighbours wants a host on which no service objects to the task: none has the
// host to itself, and none has a rule of affinity to stay away from the task's.
// It is the other half of [exclusive] and of [affinity], which look at what is
// there and not at what comes.
type neighbours struct{}

// objection is what a service that is on a host has against others.
type objection struct {
	service string // "project/service"; of several with one objection the first
	target  target
}

func (neighbours) Name() string { return "neighbours" }

// ownedByOther is the figure of a host that a service has to itself; others
// are indexes of objections.
const ownedByOther = -1

func (neighbours) Check(t *Task, s *Seat) (int64, bool) {
	if s.owner == "" && len(s.objections) == 0 {
		return 0, true
	}
	if s.owner != "" && s.owner != serviceKey(t) {
		return ownedByOther, false
	}
	for i := range s.objections {
		if s.objections[i].target.means(t.Project, t.Service) {
			return int64(i), false
		}
	}
	return 0, true
}

func (neighbours) Refuse(t *Task, s *Seat, figure int64) Refusal {
	if figure == ownedByOther {
		return Refusal{Reason: "belongs to " + shortKey(s.owner, t.Project) + " alone", Summary: "belong to another service alone"}
	}
	who := "another of its group"
	if int(figure) < len(s.objections) {
		who = shortKey(s.objections[figure].service, t.Project)
	}
	if who == t.Service {
		return refuse("has", "have", who+" already")
	}
	return refuse("has", "have", who+", which stays away from "+t.Service)
}

// Evicts is true: of two that can't be together the later one has to leave.
func (neighbours) Evicts() bool { return true }

func (neighbours) Hint(*Task) string {
	return "add a host, or relax affinity or exclusive of what is there"
}
