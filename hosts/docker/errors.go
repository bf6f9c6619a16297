package docker

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/containerd/errdefs"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// failure is a cause in few words, with its kind and a remedy.
type failure struct {
	// kind is hosts.ErrNotFound, hosts.ErrConflict, hosts.ErrUnreachable or nil.
	kind error
	text string
	hint string
	// cause is what was received, for errors.Is and errors.As.
	cause error
	// engineless makes it an hosts.ErrNoEngine, too.
	engineless bool
}

func (f *failure) Error() string { return f.text }

func (f *failure) Unwrap() []error {
	var all []error
	for _, err := range []error{f.kind, f.cause} {
		if err != nil {
			all = append(all, err)
		}
	}
	if f.engineless {
		all = append(all, hosts.ErrNoEngine)
	}
	return all
}

// explain turns whatever a call failed with into a [hosts.Error]. The end of
// ctx by the caller stays recognisable; an engine that let the time pass is
// unreachable.
func (e *Engine) explain(op string, took time.Duration, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*hosts.Error](err); ok {
		return known
	}
	f := e.classify(took, err)
	return &hosts.Error{Host: e.host.Name, Op: op, Err: f, Hint: f.hint}
}

func (e *Engine) classify(took time.Duration, err error) *failure {
	switch connection, ok := errors.AsType[*connectionError](err); {
	case ok:
		return e.target.unreachable(connection.cause)
	case errors.Is(err, context.Canceled):
		return &failure{text: "interrupted", cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{
			kind: hosts.ErrUnreachable, text: "no answer in " + round(took), cause: err,
			hint: "check that the machine is up and its engine responds",
		}
	}
	if worded, ok := errors.AsType[registryFailure](err); ok {
		return worded.failure
	}
	return refused(err)
}

// refused is an error that the engine answered with.
func refused(err error) *failure {
	f := &failure{text: engineText(err), cause: err}
	switch {
	case errdefs.IsNotFound(err), errors.Is(err, hosts.ErrNotFound):
		f.kind = hosts.ErrNotFound
	case errdefs.IsConflict(err), errdefs.IsAlreadyExists(err), conflicts(f.text):
		f.kind = hosts.ErrConflict
	}
	f.hint = remedy(f.text)
	return f
}

// engineText is the engine's message without the client's frame around it.
func engineText(err error) string {
	text := strings.TrimPrefix(err.Error(), "Error response from daemon: ")
	return strings.TrimPrefix(strings.TrimSpace(text), "error during connect: ")
}

// conflicts recognises conflicts that engines answer with another status:
// 403 for a network that is in use or whose subnet is taken, 500 for a port.
func conflicts(text string) bool {
	for _, sign := range []string{
		"has active endpoints", "Pool overlaps", "conflicts with network",
		"port is already allocated", "address already in use", "Address already in use", "already exists in network",
	} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

func remedy(text string) string {
	switch {
	case strings.Contains(text, "port is already allocated"), strings.Contains(text, "address already in use"):
		return "publish another port, or stop what holds this one on that host"
	case strings.Contains(text, "Pool overlaps"), strings.Contains(text, "conflicts with network"):
		return "the subnet is in use on that host: choose another"
	case strings.Contains(text, "HTTP request to an HTTPS server"):
		return "the engine wants TLS: give its ca, cert and key"
	}
	return ""
}

func round(d time.Duration) string {
	if d < time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
