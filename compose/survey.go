package compose

import (
	"context"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// survey sees containers of the pool and nothing else, which is one request a
// host. It tells of the hosts that don't answer; that none does is an error.
func survey(ctx context.Context, env *Env, f hosts.ContainerFilter) (state.Snapshot, []hosts.Host, error) {
	return surveyWith(ctx, env, func(ctx context.Context, _ hosts.Host, e Engine) (hosts.Observation, error) {
		return e.ObserveContainers(ctx, f)
	})
}

// surveyWith is survey with a question of the caller's own.
func surveyWith(ctx context.Context, env *Env, ask look) (state.Snapshot, []hosts.Host, error) {
	s := sweep(ctx, env, ask)
	if err := ctx.Err(); err != nil {
		return s, nil, err
	}
	absent := s.Absent()
	if len(absent) > 0 && len(absent) == len(s.Observations) {
		return s, nil, plan.Unreachable(absent)
	}
	return s, absent, nil
}

// ofProject selects what carries the project's label.
func ofProject(project string) string { return hosts.LabelProject + "=" + project }

// replicasOf selects a project's replicas and one-off containers, as Docker
// Compose knows them.
func replicasOf(project string, all bool) hosts.ContainerFilter {
	return hosts.ContainerFilter{Labels: []string{ofProject(project), hosts.LabelConfigHash}, All: all}
}
