package buildkit

import (
	"cmp"
	"errors"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// failure is a failed step, with what it printed last.
type failure struct {
	// place is the line of the Dockerfile, "" where it isn't known.
	place, step, why string
	last             []string
	// cause is what was received, for errors.Is and errors.As.
	cause error
}

func (f *failure) Error() string {
	var b strings.Builder
	for _, part := range []string{f.place, f.step} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(f.why)
	for _, line := range f.last {
		b.WriteString("\n  > " + line)
	}
	return b.String()
}

func (f *failure) Unwrap() error { return f.cause }

// failure words what a build of a Dockerfile ended with.
func (s *story) failure(err error, of dockerfile) error {
	f := &failure{place: named(err), why: plain(err.Error()), cause: err}
	place, why := of.parsed(f.why)
	f.place, f.why = cmp.Or(f.place, place), why
	if s.failed != nil {
		f.step, f.last, f.why = s.failed.name, s.failed.last, outcome(f.why)
		f.place = cmp.Or(f.place, of.of(f.step))
	}
	return f
}

// outcome is what became of a step whose command is told already.
func outcome(why string) string {
	for _, frame := range []struct{ start, end string }{
		{"executor failed running [", "]: "}, {`process "`, `" did not complete successfully: `},
	} {
		if i := strings.LastIndex(why, frame.end); i >= 0 && strings.HasPrefix(why, frame.start) {
			return why[i+len(frame.end):]
		}
	}
	return why
}

// plain is a message without the frames that were put around it on its way.
func plain(text string) string {
	for {
		rest := text
		for _, frame := range []string{"failed to solve: ", "failed to solve with frontend dockerfile.v0: ", "failed to build LLB: ", "failed to create LLB definition: ", "rpc error: code = "} {
			rest = strings.TrimPrefix(rest, frame)
		}
		if code, after, found := strings.Cut(rest, " desc = "); found && !strings.Contains(code, " ") {
			rest = after
		}
		if rest == text {
			return text
		}
		text = rest
	}
}

// explain says on which host it was. An engine that was lost has said so
// itself.
func (b *Builder) explain(op string, err error) error {
	if known, ok := errors.AsType[*hosts.Error](err); ok {
		return known
	}
	e := &hosts.Error{Host: b.host, Op: op, Err: err}
	e.Hint = hint(err.Error())
	return e
}
