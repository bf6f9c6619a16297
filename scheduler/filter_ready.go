package scheduler

import "github.com/clocker-compose/clocker-compose/hosts"

// ready wants a host that answers and that takes replicas.
type ready struct{}

func (ready) Name() string { return "ready" }

func (ready) Check(_ *Task, c *Candidate) *Refusal {
	switch {
	case !c.Host.Status.Ready && c.Host.Status.Reason != "":
		return &Refusal{Reason: "is not ready (" + c.Host.Status.Reason + ")", Summary: "are not ready"}
	case !c.Host.Status.Ready:
		return refuse("is", "are", "not ready")
	case c.Host.Availability == hosts.Drain:
		return refuse("is", "are", "drained")
	}
	return nil
}

func (ready) Evicts() bool { return true }

func (ready) Hint(*Task) string { return "bring a host back, or add one" }
