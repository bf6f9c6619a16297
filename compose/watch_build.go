package compose

import (
	"context"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// Rebuilder builds for Watch what Build would.
type Rebuilder struct{ Env *Env }

// Build implements [Builder].
func (r Rebuilder) Build(ctx context.Context, p *project.Project, services []string) error {
	return Build(ctx, r.Env, p, plan.BuildCommand{Services: services})
}
