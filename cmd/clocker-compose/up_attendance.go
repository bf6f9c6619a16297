package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/progress"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// attendance is one attached up. What it makes is shown as by any up; from its
// first start on the output of containers is, and progress in lines between.
type attendance struct {
	upOptions
	session  *session
	project  *project.Project
	env      *compose.Env
	menu     *menu
	audience *audience
	hooks    *hookLines
	// events is where progress goes now.
	events atomic.Pointer[execute.Sink]

	// following is the context of all that goes on until the end.
	following context.Context
	stop      context.CancelFunc
	// begun is closed once output is shown, settled once all is started.
	begun, settled chan struct{}
	// ending is closed once containers are stopped for good.
	ending chan struct{}
	// up has the end of bringing up, ended that of the output.
	up, ended chan error
	// again is closed by the second signal.
	again <-chan struct{}
	// forwarded ends the forwarding of ports.
	forwarded func()
	watching  watching
	work      sync.WaitGroup
}

func newAttendance(o upOptions, s *session, p *project.Project, env *compose.Env, m *menu) *attendance {
	a := &attendance{
		upOptions: o, session: s, project: p, env: env, menu: m,
		hooks: &hookLines{project: p.Name, now: s.now},
		begun: make(chan struct{}), settled: make(chan struct{}), ending: make(chan struct{}),
		up: make(chan error, 1), ended: make(chan error, 1),
		forwarded: func() {},
	}
	a.audience = &audience{
		view: s.view(o.attach.look, s.err), session: s, attach: o.attach,
		attached: make(chan struct{}), aborted: make(chan struct{}), codes: map[string]int{},
	}
	a.tellTo(env.Events)
	env.Events = func(e execute.Event) { (*a.events.Load())(e) }
	env.HookOutput = a.hooks.hear
	return a
}

func (a *attendance) tellTo(sink execute.Sink) { a.events.Store(&sink) }

func (a *attendance) run(ctx context.Context) error {
	acting, cancel := context.WithCancel(ctx)
	a.following, a.stop = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		cancel()
		a.stop()
		a.work.Wait()
		a.forwarded()
	}()
	a.Starting = func(planned *plan.Plan) { a.begin(ctx, planned) }
	a.work.Go(func() {
		_, err := compose.Up(acting, a.env, a.project, a.UpOptions)
		a.up <- err
	})
	if begun, err := a.prepared(); !begun {
		return err
	}
	return a.attend(ctx, cancel)
}

// prepared waits until output is shown; it is false where it won't be.
func (a *attendance) prepared() (bool, error) {
	select {
	case <-a.begun:
		return true, nil
	case err := <-a.up:
		a.session.renderer.Flush()
		return false, err
	}
}

// begin shows output from now on. It is called when all is there, and before
// anything is started.
func (a *attendance) begin(ctx context.Context, planned *plan.Plan) {
	a.session.renderer.Flush()
	a.tellTo(sparing(ctx, a.session.lines().Event))
	a.again = a.session.interrupts.claimSecond()
	a.hooks.show(a.audience.view)
	a.menu.show()
	o := a.attachment(a.project, planned)
	o.Settled, o.Ending = a.settled, a.ending
	a.work.Go(func() { a.ended <- compose.Attach(a.following, a.env, o, a.audience) })
	select {
	case <-a.audience.attached:
	case err := <-a.ended:
		a.ended <- err
	}
	a.forwarded = a.session.forwarding(a.following, a.env, compose.ForwardOptions{Project: a.project.Name, Services: a.project.ServiceNames()})
	close(a.begun)
}

// attend waits for the end, whoever wants it. Cancel ends what is being started.
func (a *attendance) attend(ctx context.Context, cancel func()) error {
	starting := a.up
	if a.attach.watch {
		a.watch()
	}
	for {
		select {
		case err := <-starting:
			if starting = nil; err != nil && ctx.Err() == nil {
				return err
			}
			close(a.settled)
		case err := <-a.ended:
			return err
		case key := <-a.menu.keys():
			if key == keyDetach {
				return a.detach(starting)
			}
			a.press(key)
		case err := <-a.watching.ended:
			a.unwatched(err)
		case <-ctx.Done():
			return a.finish(ctx, starting, "Gracefully Stopping... press Ctrl+C again to force")
		case <-a.audience.aborted:
			cancel()
			return a.finish(ctx, starting, "Aborting on container exit...")
		}
	}
}

// press acts on a key of the menu that ends nothing.
func (a *attendance) press(key byte) {
	switch key {
	case keyEnter:
		a.menu.space()
	case keyWatch:
		a.toggleWatch()
	}
}

// detach leaves the containers running. What is being started goes on until it is.
func (a *attendance) detach(starting <-chan error) error {
	a.menu.close()
	a.stop()
	if err := <-a.ended; !errors.Is(err, context.Canceled) {
		return err
	}
	if starting == nil {
		return nil
	}
	return <-starting
}

// finish stops what was started, which nothing is any more.
func (a *attendance) finish(ctx context.Context, starting <-chan error, sentence string) error {
	close(a.ending)
	a.menu.close()
	lines := a.session.lines().Event
	a.tellTo(sparing(ctx, lines))
	a.env.Events(execute.Event{ID: progress.Compose, Status: execute.Working, Text: "Stopping", Details: sentence})
	if starting != nil {
		if err := <-starting; err != nil && !errors.Is(err, context.Canceled) {
			a.session.warn(err.Error())
		}
		close(a.settled)
	}
	a.tellTo(lines)
	if err := errors.Join(a.halt(context.WithoutCancel(ctx)), drain(a.ended, a.stop)); err != nil {
		return err
	}
	return a.audience.verdict(ctx)
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

// halt stops the project's containers; a further signal kills them.
func (a *attendance) halt(ctx context.Context) error {
	graceful, cancel := context.WithCancel(ctx)
	defer cancel()
	services := a.brought(a.project)
	stop := compose.ChangeOptions{LifeRequest: plan.LifeRequest{Project: a.project.Name, Model: a.project, Services: services, Timeout: a.Timeout}}
	options := compose.HaltOptions{Project: a.project.Name, Services: services, Timeout: a.Timeout}
	var err error
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_, err = compose.Apply(graceful, a.env, plan.Stop, stop)
	}()
	select {
	case <-stopped:
		return err
	case <-a.again:
	}
	options.Kill = true
	killed := compose.Halt(ctx, a.env, options)
	cancel()
	<-stopped
	return killed
}
