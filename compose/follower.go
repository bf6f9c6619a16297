package compose

import (
	"errors"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// again is how long to wait before a log is opened anew that ended although its
// container runs.
const again = time.Second

// follower follows one container through its starts and stops.
type follower struct {
	*followers
	container state.Container
	host      *logHost
	// resume is where to go on in the log.
	resume *resume
	// start has an element after the container was started.
	start chan struct{}
	// reading tells that the container runs, as far as is known; the mutex of
	// followers guards it.
	reading bool
	// stopped tells that it was seen not to run.
	stopped bool
	// last is the time that the last line counted with.
	last time.Time
}

// run ends when the container was removed, when the host is lost, and when all
// following ends.
func (w *follower) run() {
	for {
		select {
		case <-w.start:
		case <-w.host.ctx.Done():
			return
		}
		w.turn(true)
		gone := w.runs()
		w.turn(false)
		if gone {
			w.remove(w.container)
			return
		}
	}
}

// turn notes that the container runs or doesn't.
func (w *follower) turn(reading bool) {
	w.mutex.Lock()
	w.reading, w.stopped = reading, !reading && w.host.ctx.Err() == nil
	w.mutex.Unlock()
	if reading {
		w.tell(progress{running: 1})
	} else {
		w.tell(progress{running: -1})
	}
}

// runs follows the container until it doesn't run any more; true where it was removed.
func (w *follower) runs() (gone bool) {
	for w.host.ctx.Err() == nil {
		err := w.read()
		if errors.Is(err, hosts.ErrNotFound) {
			return true
		}
		w.logs.failed(w.host, w.container, err)
		detail, inspectErr := w.logs.inspect(w.host, w.container)
		switch {
		case errors.Is(inspectErr, hosts.ErrNotFound):
			return true
		case inspectErr != nil:
			w.logs.answers(w.host, w.container)
			return false
		case err != nil || w.logs.options.Until != "" || !alive(detail.State):
			return false
		}
		w.pause()
	}
	return false
}

// pause waits until it makes sense to open the log again.
func (w *follower) pause() {
	timer := time.NewTimer(again)
	defer timer.Stop()
	select {
	case <-w.start:
	case <-timer.C:
	case <-w.host.ctx.Done():
	}
}

// read follows the log until the container stops.
func (w *follower) read() error {
	o := w.resume.options(w.logs.engineOptions())
	o.Follow = true
	isNew := w.resume.news()
	return w.host.engine.Logs(w.host.ctx, w.container.ID, o, func(line hosts.LogLine) {
		if !isNew(line.Time) {
			return
		}
		r := w.logs.record(w.container, line)
		w.last = later(line.Time, w.last)
		if w.tell(progress{line: &r, at: w.last}) {
			w.resume.delivered(line.Time)
		}
	})
}
