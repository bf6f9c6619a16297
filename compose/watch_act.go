package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// act does what a batch asks for: services that are rebuilt get all there is,
// others their files, then a restart, then their commands.
func (w *watching) act(ctx context.Context, b *watchBatch) error {
	rebuilt := w.rebuild(ctx, namesOf(b.rebuild))
	for service := range b.rebuild {
		delete(b.restart, service) // it was started anew
	}
	replicas, err := w.syncAll(ctx, b)
	if len(b.restart) > 0 && ctx.Err() == nil {
		err = errors.Join(err, w.restart(ctx, namesOf(b.restart)))
	}
	return errors.Join(rebuilt, err, w.execAll(ctx, b, replicas))
}

// rebuild builds images, replaces the containers of their services, and removes
// what they were made of.
func (w *watching) rebuild(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	w.options.Tell(fmt.Sprintf("Rebuilding service(s) %q after changes were detected...", names))
	if err := w.env.Builder.Build(ctx, w.project, names); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	w.options.Tell(fmt.Sprintf("service(s) %q successfully built", names))
	_, err := Up(ctx, w.env, w.project, UpOptions{Options: plan.Options{Services: names, NoDeps: true, ForceRecreate: true}, Yes: true})
	if err != nil || !w.options.Prune {
		return err
	}
	return w.prune(ctx)
}

// syncAll brings files to the replicas of each service, all at once, and
// returns the replicas. A service that didn't get its files is neither restarted
// nor are its commands run.
func (w *watching) syncAll(ctx context.Context, b *watchBatch) ([]state.Container, error) {
	names := namesOf(b.synced)
	if len(names) == 0 {
		return nil, nil
	}
	for _, name := range names {
		w.options.Tell(fmt.Sprintf("Syncing service %q after %d changes were detected", name, len(b.synced[name])))
	}
	snapshot, _, err := survey(ctx, w.env, replicasOf(w.project.Name, true))
	if err != nil {
		return nil, err
	}
	replicas := slices.DeleteFunc(snapshot.Project(w.project.Name), state.Container.Oneoff)
	errs := make([]error, len(names))
	var work sync.WaitGroup
	for i, name := range names {
		work.Go(func() { errs[i] = w.syncService(ctx, ofService(replicas, name), b.synced[name]) })
	}
	work.Wait()
	for i, name := range names {
		if errs[i] != nil {
			delete(b.restart, name)
			delete(b.exec, name)
		}
	}
	return replicas, errors.Join(errs...)
}

func ofService(all []state.Container, service string) []state.Container {
	return slices.DeleteFunc(slices.Clone(all), func(c state.Container) bool { return c.Service() != service })
}

// syncService brings files to replicas, to all at once.
func (w *watching) syncService(ctx context.Context, replicas []state.Container, files []fileMapping) error {
	errs := make([]error, len(replicas))
	var work sync.WaitGroup
	for i, c := range replicas {
		work.Go(func() { errs[i] = w.env.syncFiles(ctx, c, files) })
	}
	work.Wait()
	return errors.Join(errs...)
}

// restart restarts services, and those that want to be when they are.
func (w *watching) restart(ctx context.Context, names []string) error {
	_, err := Apply(ctx, w.env, plan.Restart, ChangeOptions{LifeRequest: plan.LifeRequest{
		Project: w.project.Name, Model: w.project, Services: names,
	}})
	if err == nil {
		w.options.Tell(fmt.Sprintf("service(s) %q restarted", names))
	}
	return err
}

// execAll runs the commands of rules in the replicas of their services.
func (w *watching) execAll(ctx context.Context, b *watchBatch, replicas []state.Container) error {
	var mu sync.Mutex
	var errs []error
	var work sync.WaitGroup
	for _, name := range namesOf(b.exec) {
		for _, c := range ofService(replicas, name) {
			if c.State != hosts.Running {
				continue
			}
			work.Go(func() {
				for _, r := range b.exec[name] { // one after the other in a container
					if err := w.exec(ctx, c, r); err != nil {
						mu.Lock()
						errs = append(errs, err)
						mu.Unlock()
					}
				}
			})
		}
	}
	work.Wait()
	return errors.Join(errs...)
}

func (w *watching) exec(ctx context.Context, c state.Container, r *watchRule) error {
	engine, err := w.env.engineOf(c.Host)
	if err != nil {
		return err
	}
	x := r.Exec
	code, err := engine.RunExec(ctx, c.ID, hosts.ExecOptions{
		Command: x.Command, User: x.User, WorkingDir: x.WorkingDir, Privileged: x.Privileged, Env: container.Environment(x.Environment),
	}, hosts.Streams{Out: w.options.Out, Err: w.options.Err})
	if err == nil && code != 0 {
		err = fmt.Errorf("container %s: the command of develop.watch exited with code %d", c.Name, code)
	}
	return err
}
