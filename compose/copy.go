package compose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// CopyOptions say what is copied between this machine and containers.
type CopyOptions struct {
	Replica
	// Path is in the container, from its root.
	Path string
	// Local is on this machine, as the user wrote it; "-" is a tar stream.
	// Folder is what it is relative to.
	Local, Folder string
	// Oneoff counts containers of `run` too.
	Oneoff bool
	// Follow follows a symbolic link in place of what is copied.
	Follow bool
	// Owners gives copies to the container's user.
	Owners bool
	// Dry tells what would be copied, and copies nothing.
	Dry bool
}

// concerned finds the containers of a service, running or not, sorted by
// number, and the hosts of which nobody knows what they have.
func (e *Env) concerned(ctx context.Context, o CopyOptions) (found []state.Container, absent []hosts.Host, err error) {
	snapshot, err := Observe(ctx, e)
	if err != nil {
		return nil, nil, err
	}
	absent = snapshot.Absent()
	if len(absent) > 0 && len(absent) == len(e.Pool) {
		return nil, nil, plan.Unreachable(absent)
	}
	found = slices.DeleteFunc(snapshot.Project(o.Project), func(c state.Container) bool { return !o.means(c) })
	slices.SortStableFunc(found, func(a, b state.Container) int {
		return cmp.Or(compareBool(a.Oneoff(), b.Oneoff()), cmp.Compare(a.Number(), b.Number()))
	})
	if len(found) > 0 {
		return found, absent, nil
	}
	if o.Index > 0 || len(absent) > 0 {
		return nil, nil, o.missing(absent)
	}
	return nil, nil, fmt.Errorf("no container found for service %q", o.Service)
}

func (o CopyOptions) means(c state.Container) bool {
	return c.Service() == o.Service && (o.Index == 0 || c.Number() == o.Index && !c.Oneoff()) && (o.Oneoff || !c.Oneoff())
}

// copying tells of a copy from one path to another while it is made.
func (e *Env) copying(c state.Container, from, to string, do func() error) error {
	event := e.about(c)
	event.Details = from + " to " + to
	return e.doing(event, "Copying", "Copied", do)
}

// doing tells of something before and after; a failure is told by the caller.
func (e *Env) doing(event execute.Event, working, done string, do func() error) error {
	event.Status, event.Text = execute.Working, working
	e.Events(event)
	if err := do(); err != nil {
		event.Status, event.Text = execute.Error, "Error"
		e.Events(event)
		return e.plainly(err)
	}
	event.Status, event.Text = execute.Done, done
	e.Events(event)
	return nil
}

// resolvePath follows the link that a path of a container is, once, as far as it is one.
func resolvePath(ctx context.Context, engine Engine, container, path string) (string, hosts.PathStat, error) {
	stat, err := engine.StatPath(ctx, container, path)
	if err != nil || stat.Link == "" {
		return path, stat, err
	}
	path = beside(path, stat.Link)
	stat, err = engine.StatPath(ctx, container, path)
	return path, stat, err
}

// notThere tells that what is missing may be made.
func notThere(err error) bool { return errors.Is(err, hosts.ErrNotFound) }
