package scheduler

// Rule is a [Filter] or an [Order].
type Rule interface {
	// Name is the word by which users and refusals call it.
	Name() string
}

// Filter removes hosts. It has no state and looks at the one candidate alone:
// placing a replica on a host can't change what a filter says of another host,
// so that one pass over the pool serves all replicas of a service.
type Filter interface {
	Rule
	// Check returns nil where the task may go to the candidate.
	Check(t *Task, c *Candidate) *Refusal
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

// Order ranks hosts. Like a filter it has no state, and a candidate's rank
// depends on that candidate and the task alone.
type Order interface {
	Rule
	// Compare is negative where a is the better host, positive where b is, and
	// 0 where later orders decide.
	Compare(t *Task, a, b *Candidate) int
	// Explain says in figures what spoke for the host: "0 containers of web".
	Explain(t *Task, c *Candidate) string
}

// refuse makes a Refusal whose singular and plural differ in their verb only.
func refuse(singular, plural, rest string) *Refusal {
	return &Refusal{Reason: singular + " " + rest, Summary: plural + " " + rest}
}
