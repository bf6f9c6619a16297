package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
)

func TestExitCode(t *testing.T) {
	live := context.Background()
	ended, cancel := context.WithCancelCause(live)
	cancel(errInterrupted)
	expired, cancelOther := context.WithCancel(live)
	cancelOther()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want int
	}{
		{live, nil, 0},
		{live, errors.New("x"), 1},
		{live, fmt.Errorf("wrapped: %w", status(42)), 42},
		{ended, context.Canceled, 130},
		{ended, status(3), 3},
		{ended, nil, 0},
		{expired, context.Canceled, 1},
	} {
		assert.Equal(t, exitCode(c.ctx, c.err), c.want, "%v", c.err)
	}
}

func TestComplain(t *testing.T) {
	live := context.Background()
	ended, cancel := context.WithCancelCause(live)
	cancel(errInterrupted)
	for _, c := range []struct {
		ctx    context.Context
		asJSON bool
		err    error
		want   string
	}{
		{live, false, nil, ""},
		{live, false, status(3), ""},
		{ended, false, fmt.Errorf("x: %w", context.Canceled), ""},
		{ended, false, errors.New("the disk is full"), "the disk is full\n"},
		{live, false, errors.Join(errors.New("one"), errors.New("two\x1b[2J")), "one\ntwo\\x1b[2J\n"},
		{live, true, errors.New("a \"b\""), `{"error":true,"message":"a \"b\""}` + "\n"},
		{live, false, &argv.UsageError{Err: errors.New("unknown flag: --x")}, "unknown flag: --x\n"},
	} {
		var b strings.Builder
		complain(c.ctx, &b, c.asJSON, c.err)
		assert.Equal(t, b.String(), c.want)
	}
}

// TestSignals: the first ends the context, the second goes to who claimed it,
// any other aborts.
func TestSignals(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, claimed := range []bool{false, true} {
		signals, aborted := make(chan os.Signal, 4), make(chan struct{}, 4)
		ctx, i := watchSignals(context.Background(), signals, func() { aborted <- struct{}{} })
		var second <-chan struct{}
		if claimed {
			second = i.claimSecond()
		}
		signals <- os.Interrupt
		<-ctx.Done()
		assert.Assert(t, interrupted(ctx))
		signals <- os.Interrupt
		select {
		case <-second:
			assert.Assert(t, claimed)
		case <-aborted:
			assert.Assert(t, !claimed)
		case <-time.After(time.Minute):
			t.Fatal("the second signal went nowhere")
		}
		signals <- os.Interrupt
		<-aborted
		i.end()
	}
}
