package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

// The exit codes that have a meaning of their own.
const (
	codeError       = 1
	codeInterrupted = 130
)

// status is an exit code that says all there is to say: a container's own.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// exitCode is the one place that turns errors into exit codes.
func exitCode(ctx context.Context, err error) int {
	if err == nil {
		return 0
	}
	if s, ok := errors.AsType[status](err); ok {
		return int(s)
	}
	if interrupted(ctx) {
		return codeInterrupted
	}
	return codeError
}

func interrupted(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), errInterrupted)
}

// complain prints an error: a sentence or two on lines of their own, or an
// object where progress is JSON. A status and an interruption say nothing.
func complain(ctx context.Context, out io.Writer, asJSON bool, err error) {
	if _, silent := errors.AsType[status](err); silent || err == nil {
		return
	}
	if interrupted(ctx) && errors.Is(err, context.Canceled) {
		return
	}
	if asJSON {
		_ = json.NewEncoder(terminal.JSON(out)).Encode(map[string]any{"error": true, "message": err.Error()})
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(out, terminal.Clean(line))
	}
}
