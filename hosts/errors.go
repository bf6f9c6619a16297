package hosts

import (
	"errors"
	"fmt"
)

// Errors that every adapter maps its engine's answers to; test with errors.Is.
var (
	ErrNotFound    = errors.New("not found")
	ErrConflict    = errors.New("conflict")
	ErrUnreachable = errors.New("host is unreachable")
	// ErrNoEngine is that a machine lets us in by SSH and has no engine that
	// answers: none, one that doesn't run, or one that its user may not use.
	ErrNoEngine = errors.New("no engine answers on the machine")
	// ErrRegistry is that a registry gives nothing for now: it limits those who ask,
	// has a fault, or isn't reached from the host.
	ErrRegistry = errors.New("the registry gives nothing for now")
	// ErrApart is that two hosts don't reach each other, though this machine may reach both.
	ErrApart = errors.New("the hosts don't reach each other")
)

// Error is a failure on one host, with the remedy where there is one.
type Error struct {
	// Host is the host's name.
	Host string
	// Op is what was tried: "create container shop-web-1".
	Op string
	// Err is the cause.
	Err error
	// Hint is what to do next, a sentence without a full stop; may be "".
	Hint string
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %v", e.Op, e.Err)
	if e.Host != "" {
		s = "host " + e.Host + ": " + s
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }
