package compose

import (
	"context"
	"errors"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// listen passes on the events of a host until ctx ends or the host is out of
// reach. An engine may break the connection and be there all the same: then it
// is opened anew, and what happened meanwhile is found out.
func (a *attachment) listen(ctx context.Context, h hosts.Host) {
	engine, err := a.env.Connect(h)
	if err != nil {
		a.tell(ctx, tiding{lost: err, host: h})
		return
	}
	for ctx.Err() == nil {
		a.hearken(ctx, engine, h)
		if err := a.seek(ctx, engine); err != nil {
			a.tell(ctx, tiding{lost: err, host: h})
			return
		}
		a.tell(ctx, tiding{back: true, host: h})
	}
}

// hearken passes on events until they end, for whatever reason, or the host
// doesn't answer any more: a power cut closes no connection.
func (a *attachment) hearken(ctx context.Context, engine Engine, h hosts.Host) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.work.Go(func() {
		defer cancel()
		a.guard(ctx, engine)
	})
	_ = engine.Events(ctx, hosts.EventOptions{Label: hosts.LabelProject + "=" + a.options.Project}, func(e hosts.ContainerEvent) {
		a.tell(ctx, tiding{event: &e, host: h})
	})
}

// guard returns once the host doesn't answer.
func (a *attachment) guard(ctx context.Context, engine Engine) {
	ticker := time.NewTicker(a.env.patience())
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
// answer. Its error is why it is given up.
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
		if one == nil && a.concerns(c) && !e.Time.Before(a.past[e.ID]) {
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
			one.code = e.ExitCode
		}
		if !one.following {
			a.end(ctx, one)
		}
	}
}

// review looks after the containers of a host whose events were not heard for a while.
func (a *attachment) review(ctx context.Context, h hosts.Host) {
	for _, one := range a.live {
		if one.host == h.Name && !one.following && !one.asleep {
			a.end(ctx, one)
		}
	}
}

// lose gives up what runs on a host.
func (a *attachment) lose(h hosts.Host, err error) {
	found := false
	for id, one := range a.live {
		if one.host == h.Name {
			delete(a.live, id)
			found = true
		}
	}
	if found {
		a.speak(func() { a.audience.Lost(h.Name, err) })
	}
}
