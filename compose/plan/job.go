package plan

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// job tells services whose replicas do their work once, and then are done.
func job(s types.ServiceConfig) bool {
	return s.Deploy != nil && (s.Deploy.Mode == "replicated-job" || s.Deploy.Mode == "global-job")
}

// finished tells that a container has done the work of a job as the files have
// it now. It is left alone, wherever it is: to move it would be to do the work
// again.
func (u *up) finished(s types.ServiceConfig, c state.Container) bool {
	return job(s) && c.State == hosts.Exited && c.ExitCode == 0 && !u.forced(s.Name) && u.outdated(s, c) == ""
}

// finishedDecisions say of replicas that are done that they stay where they were.
func (u *up) finishedDecisions() []scheduler.Decision {
	var all []scheduler.Decision
	for _, r := range u.replicas {
		if r.done {
			r.host = r.current.Host
			all = append(all, scheduler.Decision{Task: u.task(r), Host: r.host, Stays: true, Reason: "has done its work"})
		}
	}
	return all
}

// doneJob tells containers of jobs that have ended well, of any project: they
// reserve nothing any more.
func doneJob(c hosts.Container) bool {
	return c.Labels[hosts.LabelJob] != "" && c.State == hosts.Exited && c.ExitCode == 0
}
