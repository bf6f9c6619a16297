package compose

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// heartbeat is how often a host that a stream comes from is asked whether it is
// there: a power cut closes no connection.
const heartbeat = 5 * time.Second

// vigil keeps a stream from a host going. Where the host goes away it says so,
// waits until it answers again, says so, and lets the stream begin anew.
type vigil struct {
	env     *Env
	host    hosts.Host
	project string
	// missing and back complete "host h2: no answer in 5s; …" and "host h2
	// answers again; …".
	missing, back string
	// warn hears of it.
	warn func(sentence string)
}

// reading is a stream from a host. Over says that it has come to its end, and isn't to
// begin anew.
type reading func(ctx context.Context, e Engine) (over bool, err error)

// keep ends with the stream or with ctx. An error of a host that answers is the
// stream's own, and ends it.
func (v vigil) keep(ctx context.Context, read reading) error {
	for {
		over, err := v.watched(ctx, read)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case over:
			return nil
		}
		absence := v.ask(ctx)
		switch {
		case absence != nil:
			if err := v.await(ctx, absence); err != nil {
				return err
			}
		case err != nil && !errors.Is(err, hosts.ErrUnreachable) && !errors.Is(err, errSilent):
			return err
		case !pause(ctx, again):
			return ctx.Err()
		}
	}
}

// errSilent is why a stream was ended whose host gave no sign of life.
var errSilent = errors.New("the host gives no sign of life")

// watched reads until the stream ends, or the host gives no sign of life.
func (v vigil) watched(ctx context.Context, read reading) (over bool, err error) {
	engine, err := v.env.Connect(v.host)
	if err != nil {
		return true, err
	}
	watched, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	stop := make(chan struct{})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		v.listen(watched, stop, lose)
	}()
	over, err = read(watched, engine)
	close(stop)
	<-gone
	if errors.Is(context.Cause(watched), errSilent) {
		return false, errSilent
	}
	return over, err
}

// listen asks the host from time to time whether it is there.
func (v vigil) listen(ctx context.Context, stop <-chan struct{}, lose context.CancelCauseFunc) {
	ticker := time.NewTicker(v.beat())
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ctx.Done():
			return
		case <-ticker.C:
			if v.ask(ctx) != nil {
				lose(errSilent)
				return
			}
		}
	}
}

// beat is the time between two questions, and what the host may take to answer.
func (v vigil) beat() time.Duration {
	return min(heartbeat, v.env.patience())
}

// ask is nil where the host answers.
func (v vigil) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, v.beat())
	defer cancel()
	_, err := v.env.ask(ctx, v.host, func(ctx context.Context, _ hosts.Host, e Engine) (hosts.Observation, error) {
		return e.ObserveContainers(ctx, hosts.ContainerFilter{Labels: []string{ofProject(v.project)}})
	})
	return err
}

// await says what is missing, and waits for the host.
func (v vigil) await(ctx context.Context, why error) error {
	v.warn(fmt.Sprintf("host %s: %s; %s", v.host.Name, reason(why, v.beat()), v.missing))
	for {
		if !pause(ctx, again) {
			return ctx.Err()
		}
		if v.ask(ctx) == nil {
			v.warn(fmt.Sprintf("host %s answers again; %s", v.host.Name, v.back))
			return nil
		}
	}
}
