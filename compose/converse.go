package compose

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ConverseOptions say how a user joins a container that runs.
type ConverseOptions struct {
	Replica
	// NoStdin leaves the container's input alone.
	NoStdin    bool
	DetachKeys string
}

// Converse joins the user to the process of a service's container until its
// output ends, and returns its exit code.
func Converse(ctx context.Context, env *Env, o ConverseOptions, user Console) (code int, err error) {
	c, engine, err := env.pick(ctx, o.Replica)
	if err != nil {
		return 0, err
	}
	switch c.State {
	case hosts.Paused:
		return 0, fmt.Errorf("cannot attach to a paused container, unpause it first")
	case hosts.Restarting:
		return 0, fmt.Errorf("cannot attach to a restarting container, wait until it is running")
	}
	detail, err := engine.InspectContainer(ctx, c.ID)
	if err != nil {
		return 0, err
	}
	return conversation{
		engine: engine, container: c.Name, until: hosts.NotRunning, user: user,
		stdin: detail.OpenStdin && !o.NoStdin, tty: detail.Tty, detachKeys: o.DetachKeys,
		proxy: !detail.Tty, // a process with a terminal gets its signals from there
	}.hold(ctx)
}

// conversation is a user joined to a container's process.
type conversation struct {
	engine    Engine
	container string
	// until is what the end is known by.
	until      hosts.WaitCondition
	user       Console
	stdin, tty bool
	detachKeys string
	// proxy passes signals on to the process.
	proxy bool
	// start starts the container once the user hears it; nil where it runs.
	start func(context.Context) error
}

// hold returns the container's exit code once it has ended.
func (c conversation) hold(ctx context.Context) (code int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	exit, err := c.engine.ExpectExit(ctx, c.container, c.until)
	if err != nil {
		return 0, err
	}
	if err := c.join(ctx); err != nil {
		return 0, err
	}
	ended := <-exit
	return ended.Code, ended.Err
}

func (c conversation) join(ctx context.Context) error {
	streams, leave, err := c.user.Join(c.stdin, c.tty)
	if err != nil {
		return err
	}
	defer leave()
	o := hosts.AttachOptions{Tty: c.tty, DetachKeys: c.detachKeys}
	stop := func() {}
	defer func() { stop() }()
	o.Attached = func() error {
		if c.start != nil {
			if err := c.start(ctx); err != nil {
				return err
			}
		}
		stop = c.passSignals(ctx)
		return nil
	}
	return c.engine.AttachContainer(ctx, c.container, o, streams)
}

// signalTimeout bounds how long the engine may take to pass a signal on.
const signalTimeout = 10 * time.Second

// passSignals sends the container the signals that the user's process gets,
// until stop is called.
func (c conversation) passSignals(ctx context.Context) (stop func()) {
	if c.user.Signals == nil || !c.proxy {
		return func() {}
	}
	signals, end := c.user.Signals()
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		for {
			select {
			case signal := <-signals:
				c.send(ctx, signal)
			case <-ctx.Done():
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		end()
		cancel()
		work.Wait()
	})
}

// send sends one signal. One that comes after the container's end is late, and
// what else fails shows in the streams.
func (c conversation) send(ctx context.Context, signal string) {
	ctx, cancel := context.WithTimeout(ctx, signalTimeout)
	defer cancel()
	_ = c.engine.KillContainer(ctx, c.container, signal)
}
