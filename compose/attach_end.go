package compose

import (
	"context"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ends are the ends of a container's runs that its host told of and that
// weren't passed on: their exit codes. A log may end before that is heard of,
// or after the next run has ended as well.
type ends struct {
	codes []int
	// early are ends that were passed on before they were heard of, due those
	// that are to be as soon as they are.
	early, due int
}

// heard tells whether an end that was heard of is due.
func (e *ends) heard(code int) bool {
	switch {
	case e.early > 0:
		e.early--
	case e.due > 0:
		e.due--
		return true
	default:
		e.codes = append(e.codes, code)
	}
	return false
}

// take is the code of the next end to be passed on, which is known otherwise
// where it wasn't heard of yet.
func (e *ends) take(known int) int {
	if len(e.codes) == 0 {
		e.early++
		return known
	}
	code := e.codes[0]
	e.codes = e.codes[1:]
	return code
}

// end asks how a container ended, if it did. There are at least so many ends to
// be passed on, 1 where a log has ended and 0 where only events tell.
func (a *attachment) end(ctx context.Context, one *attached, least int) {
	if _, away := a.away[one.host]; away {
		return
	}
	detail, err := a.inspect(ctx, one)
	switch {
	case isLost(err) || ctx.Err() != nil:
		return // the host's own tiding tells
	case err == nil && one.broken && detail.State != hosts.Created:
		a.read(ctx, one, one.fromStart)
	case err == nil && (goesOn(detail) || one.missed(detail)):
		a.resume(ctx, one, detail, least)
	case err == nil && detail.State == hosts.Created: // its start was not to be
		delete(a.live, one.id)
	case detail.State == hosts.Restarting:
		a.restarted(one, detail, max(least, len(one.ends.codes)))
	default:
		a.ended(one, detail)
	}
}

// ended passes on that a container has ended for good.
func (a *attachment) ended(one *attached, detail hosts.ContainerDetail) {
	delete(a.live, one.id)
	a.past[one.id] = detail.FinishedAt
	if one.stopped && !one.beside && a.options.Ending != nil {
		a.lingering = time.After(linger)
	}
	a.restarted(one, detail, max(one.ends.due, len(one.ends.codes)-1)) // what is due now won't be heard of
	a.exited(one, one.ends.take(detail.ExitCode), false)
}

// restarted passes on ends after which the container was started again. Once it
// runs, only its host's telling has the code of the last one.
func (a *attachment) restarted(one *attached, detail hosts.ContainerDetail, times int) {
	for range times {
		if goesOn(detail) && len(one.ends.codes) == 0 {
			one.ends.due++
			continue
		}
		a.exited(one, one.ends.take(detail.ExitCode), true)
	}
}

func (a *attachment) exited(one *attached, code int, restarting bool) {
	if one.beside {
		return
	}
	exit := Exit{Service: one.service, Container: one.name, Code: code, Restarting: restarting}
	a.speak(func() { a.audience.Exited(exit) })
}

// resume reads on where a container runs again, or has. A log that ended by
// itself is left alone, because it would end again at once.
func (a *attachment) resume(ctx context.Context, one *attached, detail hosts.ContainerDetail, least int) {
	if !detail.StartedAt.After(one.run) {
		one.silent = true
		return
	}
	before := len(one.ends.codes)
	if !goesOn(detail) {
		before-- // the last end is that of the run to be read
	}
	a.restarted(one, detail, max(least, before))
	a.read(ctx, one, true)
}

// goesOn tells whether a run goes on.
func goesOn(detail hosts.ContainerDetail) bool {
	return alive(detail.State) && detail.State != hosts.Restarting
}

// missed tells whether the container has run since the run that was read.
func (c *attached) missed(detail hosts.ContainerDetail) bool {
	return !c.silent && !c.run.IsZero() && detail.StartedAt.After(c.run)
}
