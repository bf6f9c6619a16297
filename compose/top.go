package compose

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// TopRow is a container and its processes.
type TopRow struct {
	state.Container
	Processes hosts.Processes
}

// Top lists the processes of a project's containers that run, one-off ones
// among them, sorted by the containers' names and hosts. No services is all.
func Top(ctx context.Context, env *Env, project string, services []string) ([]TopRow, []HostStatus, error) {
	s, absent, err := survey(ctx, env, replicasOf(project, false))
	if err != nil {
		return nil, nil, err
	}
	running := chosen(s, project, services)
	rows := make([]TopRow, len(running))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(perHost * len(env.Pool))
	for i, c := range running {
		g.Go(func() (err error) {
			rows[i] = TopRow{Container: c}
			rows[i].Processes, err = env.processes(ctx, c)
			return err
		})
	}
	return rows, statuses(absent, project), g.Wait()
}

// processes are none where the container has ended meanwhile.
func (e *Env) processes(ctx context.Context, c state.Container) (hosts.Processes, error) {
	engine, err := e.engine(c.Host)
	if err != nil {
		return hosts.Processes{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.patience())
	defer cancel()
	list, err := engine.Processes(ctx, c.ID)
	if errors.Is(err, hosts.ErrNotFound) || errors.Is(err, hosts.ErrConflict) {
		return hosts.Processes{}, nil
	}
	return list, e.plainly(err)
}
