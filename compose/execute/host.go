package execute

import (
	"context"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

// joinHost installs and configures what makes the step's machine a host.
func (r *run) joinHost(ctx context.Context, s plan.Step, a plan.JoinHost) error {
	id := "Host " + s.Host
	return r.doing(s, id, "Joining", "Joined", func() error {
		return r.JoinHost(ctx, a.Host, func(text string) {
			r.emit(s, Event{ID: id, Status: Working, Text: "Joining", Details: text})
		})
	})
}
