package compose

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// PushOptions say what Push pushes.
type PushOptions struct {
	// Services whose images are pushed; none is all of the project's.
	Services []string
	// Dependencies pushes those of what they depend on, too.
	Dependencies bool
	// IgnoreFailures goes on where an image can't be pushed.
	IgnoreFailures bool
	// Quiet tells nothing of layers.
	Quiet bool
	// Dry tells what would be pushed, and pushes nothing.
	Dry bool
}

// Push pushes the images of services that are built, each once, from the first
// host that has it. The user's login goes with the request, to that host alone.
func Push(ctx context.Context, env *Env, p *project.Project, o PushOptions) error {
	snapshot, err := Observe(ctx, env)
	if err != nil {
		return err
	}
	if absent := snapshot.Absent(); len(absent) > 0 && len(absent) == len(env.Pool) {
		return plan.Unreachable(absent)
	}
	refs := env.pushable(p, o)
	problems := make([]error, len(refs))
	var pushes sync.WaitGroup
	slots := make(chan struct{}, max(env.Parallel, 0))
	for i, ref := range refs {
		pushes.Go(func() {
			if cap(slots) > 0 {
				slots <- struct{}{}
				defer func() { <-slots }()
			}
			problems[i] = env.push(ctx, snapshot, ref, o)
		})
	}
	pushes.Wait()
	if o.IgnoreFailures {
		return ctx.Err()
	}
	return different(problems)
}

// pushable are the references of what is built and has a name, sorted; services
// that have none are told.
func (e *Env) pushable(p *project.Project, o PushOptions) []string {
	var refs []string
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		s := p.Services[name]
		if len(o.Services) > 0 && !o.Dependencies && !slices.Contains(o.Services, name) {
			continue
		}
		if s.Build == nil || s.Image == "" || p.ServiceClocker(name).Install != nil {
			e.Events(execute.Event{ID: name, Status: execute.Done, Text: "Skipped"})
			continue
		}
		refs = append(refs, tags(s)...)
	}
	slices.Sort(refs)
	return slices.Compact(refs)
}

func tags(s types.ServiceConfig) []string {
	return append([]string{s.Image}, s.Build.Tags...)
}

func (e *Env) push(ctx context.Context, s state.Snapshot, ref string, o PushOptions) error {
	event := execute.Event{ID: ref, Status: execute.Working, Text: "Pushing"}
	host, differs := holder(s, ref)
	if e.several() {
		event.Host = host
	}
	e.Events(event)
	err := e.pushFrom(ctx, host, ref, event, o)
	switch {
	case err != nil:
		event.Status, event.Text = execute.Error, strings.TrimSpace(e.plainly(err).Error())
		if o.IgnoreFailures {
			event.Status = execute.Warning
		}
	case differs:
		event.Status, event.Text, event.Details = execute.Warning, "Pushed", "other hosts have another image of this name"
	default:
		event.Status, event.Text = execute.Done, "Pushed"
	}
	e.Events(event)
	return e.plainly(err)
}

func (e *Env) pushFrom(ctx context.Context, host, ref string, parent execute.Event, o PushOptions) error {
	switch {
	case o.Dry:
		return nil
	case host == "":
		return fmt.Errorf("no host has an image %s: build it first", ref)
	}
	engine, err := e.engine(host)
	if err != nil {
		return err
	}
	var progress func(hosts.PullProgress)
	if !o.Quiet {
		progress = func(p hosts.PullProgress) {
			layer := execute.PushedLayer(parent.ID, p)
			layer.Host = parent.Host
			e.Events(layer)
		}
	}
	return engine.PushImage(ctx, ref, progress)
}

// holder is the first host that has an image of the reference, "" where none
// does; differs tells that another host has another one.
func holder(s state.Snapshot, ref string) (host string, differs bool) {
	id := ""
	for _, o := range s.Ready() {
		switch image := state.Image(&o, ref); {
		case image == nil:
		case host == "":
			host, id = o.Host.Name, image.ID
		case image.ID != id:
			differs = true
		}
	}
	return host, differs
}
