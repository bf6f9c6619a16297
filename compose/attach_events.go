package compose

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// listenAll begins to listen to all hosts, and returns once each can be heard,
// or is lost: what happens from then on is noticed. One that takes longer than
// it may is reviewed when it can be heard.
func (a *attachment) listenAll(ctx context.Context) {
	defer close(a.begun)
	var heard sync.WaitGroup
	for _, h := range a.env.Pool {
		heard.Add(1)
		a.work.Go(func() { a.listen(ctx, h, sync.OnceFunc(heard.Done)) })
	}
	all := make(chan struct{})
	a.work.Go(func() {
		heard.Wait()
		close(all)
	})
	select {
	case <-all:
	case <-time.After(a.env.patience()):
	case <-ctx.Done():
	}
}

// listen passes on the events of a host until ctx ends. An engine may break the
// connection and be there all the same, or come back later: then it is opened
// anew, and what happened meanwhile is found out. It calls heard when
// the host can be heard, or can't be.
func (a *attachment) listen(ctx context.Context, h hosts.Host, heard func()) {
	defer heard()
	engine, err := a.env.Connect(h)
	if err != nil {
		heard()
		a.tell(ctx, tiding{lost: err, host: h})
		return
	}
	began := func() {
		select {
		case <-a.begun:
			a.tell(ctx, tiding{back: true, host: h})
		default:
			heard()
		}
	}
	for ctx.Err() == nil {
		a.hearken(ctx, engine, h, began)
		heard()
		for err := a.seek(ctx, engine); err != nil && ctx.Err() == nil; err = a.seek(ctx, engine) {
			a.tell(ctx, tiding{lost: err, host: h})
		}
	}
}

// hearken passes on events until they end, for whatever reason, or the host
// doesn't answer any more: a power cut closes no connection.
func (a *attachment) hearken(ctx context.Context, engine Engine, h hosts.Host, began func()) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.work.Go(func() {
		defer cancel()
		a.guard(ctx, engine)
	})
	o := hosts.EventOptions{Label: hosts.LabelProject + "=" + a.options.Project, Began: began}
	_ = engine.Events(ctx, o, func(e hosts.ContainerEvent) {
		a.tell(ctx, tiding{event: &e, host: h})
	})
}

// guard returns once the host doesn't answer.
func (a *attachment) guard(ctx context.Context, engine Engine) {
	ticker := time.NewTicker(min(heartbeat, a.env.patience()))
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if a.answers(ctx, engine) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// seek waits for a host that broke its connections, as long as one may take to
// answer. Its error is why it counts as away.
func (a *attachment) seek(ctx context.Context, engine Engine) error {
	ctx, cancel := context.WithTimeout(ctx, a.env.patience())
	defer cancel()
	for {
		pause := time.NewTimer(again)
		err := a.answers(ctx, engine)
		select {
		case <-pause.C:
		case <-ctx.Done():
			return err
		}
		if err == nil {
			return nil
		}
	}
}

// answers asks for something small. Whatever an engine says is an answer.
func (a *attachment) answers(ctx context.Context, engine Engine) error {
	ctx, cancel := context.WithTimeout(ctx, a.env.patience())
	defer cancel()
	_, err := engine.Volumes(ctx, hosts.LabelProject+"="+a.options.Project+"?")
	if isLost(err) {
		return err
	}
	return nil
}

// isLost tells the errors of a host that isn't there.
func isLost(err error) bool {
	return errors.Is(err, hosts.ErrUnreachable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// happened acts on an event of a container. The end of one whose log is read is
// left to the end of the log, which comes after its last line.
func (a *attachment) happened(ctx context.Context, h hosts.Host, e hosts.ContainerEvent) {
	one := a.live[e.ID]
	switch e.Action {
	case "start":
		c := state.Container{Host: h.Name, Container: hosts.Container{ID: e.ID, Name: e.Name, Labels: e.Labels}}
		if one == nil && a.concerns(c) && e.Time.After(a.past[e.ID]) {
			one = a.add(c)
		}
		if one != nil {
			one.asleep, one.stopped = false, false
			a.read(ctx, one, true)
		}
	case "kill":
		if one != nil {
			one.stopped = true
		}
	case "die", "destroy":
		if one == nil {
			return
		}
		if e.Action == "die" {
			if one.ends.heard(e.ExitCode) {
				a.exited(one, e.ExitCode, true)
			}
		}
		if !one.following {
			a.end(ctx, one, 0)
		}
	}
}

// review looks after the containers of a host whose events were not heard for a
// while: those that have ended, and those that run now.
func (a *attachment) review(ctx context.Context, h hosts.Host) {
	for _, one := range a.live {
		if one.host != h.Name {
			continue
		}
		one.ends = ends{} // of some nobody will tell
		switch {
		case one.following || one.asleep:
		case one.silent:
			a.read(ctx, one, true)
		default:
			a.end(ctx, one, 0)
		}
	}
	for _, c := range a.running(ctx, h) {
		one := a.live[c.ID]
		if one == nil && a.concerns(c) {
			one = a.add(c)
			one.asleep = true
		}
		if one != nil && one.asleep {
			one.asleep = false
			a.read(ctx, one, true)
		}
	}
}

// running are the project's containers that run on a host; none where it doesn't
// answer, of which it tells otherwise.
func (a *attachment) running(ctx context.Context, h hosts.Host) []state.Container {
	engine, err := a.env.Connect(h)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, a.env.patience())
	defer cancel()
	seen, err := engine.Observe(ctx)
	if err != nil {
		return nil
	}
	var running []state.Container
	for _, c := range (state.Snapshot{Observations: []hosts.Observation{seen}}).Project(a.options.Project) {
		if alive(c.State) {
			running = append(running, c)
		}
	}
	return running
}
