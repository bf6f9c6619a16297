package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// attachOptions say whose output an attached up shows, and when it ends.
type attachOptions struct {
	look         logLook
	only         []string
	except       []string
	dependencies bool

	abortOnExit, abortOnFailure bool
	exitCodeFrom                string
}

func parseAttach(c *cli.Context) attachOptions {
	from := c.String("exit-code-from")
	return attachOptions{
		look:           parseLook(c),
		only:           c.StringSlice("attach"),
		except:         c.StringSlice("no-attach"),
		dependencies:   c.Bool("attach-dependencies"),
		abortOnExit:    c.Bool("abort-on-container-exit") || from != "",
		abortOnFailure: c.Bool("abort-on-container-failure"),
		exitCodeFrom:   from,
	}
}

// attached brings the project up, shows its output until it ends, and stops
// what it has started when the user interrupts or a flag says so.
func (o upOptions) attached(ctx context.Context, s *session, p *project.Project, env *compose.Env) error {
	if from := o.attach.exitCodeFrom; from != "" && !slices.Contains(p.ServiceNames(), from) {
		return fmt.Errorf("no such service: %s", from)
	}
	hooks := &hookLines{project: p.Name, now: s.now}
	env.HookOutput = hooks.hear
	done, err := compose.Up(ctx, env, p, o.UpOptions)
	s.renderer.Flush()
	if err != nil {
		return err
	}
	again := s.interrupts.claimSecond()
	a := &audience{view: s.view(o.attach.look), session: s, attach: o.attach, aborted: make(chan struct{}), codes: map[string]int{}}
	hooks.show(a.view)
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer s.forwarding(following, env, compose.ForwardOptions{Project: p.Name, Services: p.ServiceNames()})()
	ended := make(chan error, 1)
	go func() { ended <- compose.Attach(following, env, o.attachment(p, done), a) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		s.tell("Gracefully stopping... (press Ctrl+C again to force)")
	case <-a.aborted:
		s.tell("Aborting on container exit...")
	}
	if err := errors.Join(o.halt(context.WithoutCancel(ctx), s, p, env, again), drain(ended, stop)); err != nil {
		return err
	}
	return a.verdict(ctx)
}

// drain lets the last lines of stopped containers arrive.
func drain(ended <-chan error, stop func()) error {
	var err error
	select {
	case err = <-ended:
	case <-time.After(2 * time.Second):
		stop()
		err = <-ended
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// attachment is what the flags and the files say of whose output is shown.
func (o upOptions) attachment(p *project.Project, done *plan.Plan) compose.AttachOptions {
	return compose.AttachOptions{
		Project:  p.Name,
		Services: p.ServiceNames(),
		Silent:   slices.DeleteFunc(p.ServiceNames(), func(name string) bool { return o.shows(p, name) }),
		Started:  started(done),
	}
}

// shows tells whether a service's output is shown.
func (o upOptions) shows(p *project.Project, service string) bool {
	switch {
	case slices.Contains(o.attach.except, service):
		return false
	case len(o.attach.only) > 0:
		return slices.Contains(o.attach.only, service)
	case len(o.Services) > 0 && !o.attach.dependencies && !slices.Contains(o.Services, service):
		return false
	}
	attach := p.Services[service].Attach
	return attach == nil || *attach
}

// started are the names of the containers that a plan has started.
func started(p *plan.Plan) []string {
	var names []string
	for _, step := range p.Steps {
		if start, ok := step.Action.(plan.StartContainer); ok {
			names = append(names, start.Name)
		}
	}
	return names
}

// halt stops the project's containers; a further signal kills them. Its
// progress is plain lines, because output goes on meanwhile.
func (o upOptions) halt(ctx context.Context, s *session, p *project.Project, env *compose.Env, again <-chan struct{}) error {
	acting := *env
	acting.Events = s.lines().Event
	graceful, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := compose.ChangeOptions{LifeRequest: plan.LifeRequest{Project: p.Name, Model: p, Services: p.ServiceNames(), Timeout: o.Timeout}}
	options := compose.HaltOptions{Project: p.Name, Services: p.ServiceNames(), Timeout: o.Timeout}
	var err error
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_, err = compose.Apply(graceful, &acting, plan.Stop, stop)
	}()
	select {
	case <-stopped:
		return err
	case <-again:
	}
	options.Kill = true
	killed := compose.Halt(ctx, &acting, options)
	cancel()
	<-stopped
	return killed
}
