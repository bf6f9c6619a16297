package scheduler

import "fmt"

// maxPerHost is deploy.placement.max_replicas_per_node.
type maxPerHost struct{}

func (maxPerHost) Name() string { return "max-per-host" }

func (maxPerHost) Check(t *Task, s *Seat) (int64, bool) {
	return 0, t.MaxPerHost == 0 || s.Here < t.MaxPerHost
}

func (maxPerHost) Refuse(t *Task, _ *Seat, _ int64) Refusal {
	return refuse("has", "have", fmt.Sprintf("%s of %s already (at most %d on a host)",
		count(t.MaxPerHost, "replica"), t.Service, t.MaxPerHost))
}

func (maxPerHost) Evicts() bool { return true }

func (maxPerHost) Hint(t *Task) string {
	return "add a host, or raise deploy.placement.max_replicas_per_node of " + t.Service
}
