package scheduler

// Rule is a [Filter], an [Order], or one of the few that hold for more than one
// host at a time: [spread] and [group].
type Rule interface {
	// Name is the word by which users and refusals call it.
	Name() string
}

// Filter removes hosts. It has no state and looks at the one seat alone:
// placing a replica on a host can't change what a filter says of another host,
// so that one pass over the pool serves all replicas of a service.
//
// Checking is apart from explaining, because of a million answers a handful is
// ever read: an answer is kept as one figure, and put into words on demand.
type Filter interface {
	Rule
	// Check tells whether the task may go to the seat. The figure is what
	// Refuse has to know of this moment, such as the memory that was free.
	Check(t *Task, s *Seat) (figure int64, ok bool)
	// Refuse puts a refusal into words, for the figure that Check gave. The seat
	// may have changed since, but for its host.
	Refuse(t *Task, s *Seat, figure int64) Refusal
	// Evicts tells whether a replica has to leave a host that the filter
	// refuses. A filter that bounds what others may add too, such as the number
	// of containers, doesn't: a stranger's container must not move a replica.
	Evicts() bool
	// Hint is what the user can do about refusals, a clause without a full stop.
	Hint(t *Task) string
}

// Refusal is why a filter refuses a host, without the host's name.
type Refusal struct {
	// Reason has the figures of the host: "lacks memory (need 2 GiB, 1.2 GiB free)".
	Reason string
	// Summary is the same for many hosts, in the plural: "lack memory (need 2 GiB)".
	Summary string
}

// Order ranks hosts. Like a filter it has no state, and a seat's rank depends
// on that seat and the task alone.
type Order interface {
	Rule
	// Rank is lower for a better host; of equal ones later orders decide.
	Rank(t *Task, s *Seat) float64
	// Explain says in figures what spoke for the host: "0 containers of web".
	Explain(t *Task, s *Seat) string
}

// refuse makes a Refusal whose singular and plural differ in their verb only.
func refuse(singular, plural, rest string) Refusal {
	return Refusal{Reason: singular + " " + rest, Summary: plural + " " + rest}
}
