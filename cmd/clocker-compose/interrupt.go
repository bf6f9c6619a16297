package main

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
)

// errInterrupted is the cause of a context that a signal has ended.
var errInterrupted = errors.New("interrupted")

// interrupts turns signals into a graceful end and then into an abrupt one.
type interrupts struct {
	// second is closed by the second signal.
	second chan struct{}
	// claimed says that a command deals with the second signal itself.
	claimed atomic.Bool
	// diverted, where it is set, gets the signals instead.
	diverted atomic.Pointer[func(os.Signal)]
	// giveUp ends the context as the first signal does.
	giveUp  func()
	stop    chan struct{}
	stopped chan struct{}
}

// watchSignals ends the context it returns at the first signal. The second one
// calls abort, unless a command has claimed it; a third always does.
func watchSignals(ctx context.Context, signals <-chan os.Signal, abort func()) (context.Context, *interrupts) {
	ctx, cancel := context.WithCancelCause(ctx)
	i := &interrupts{second: make(chan struct{}), stop: make(chan struct{}), stopped: make(chan struct{})}
	i.giveUp = func() { cancel(errInterrupted) }
	go func() {
		defer close(i.stopped)
		defer cancel(nil)
		for n := 0; ; {
			select {
			case <-i.stop:
				return
			case signal := <-signals:
				if each := i.diverted.Load(); each != nil {
					(*each)(signal)
					continue
				}
			}
			n++
			i.arrived(n, cancel, abort)
		}
	}()
	return ctx, i
}

// arrived acts on the n-th signal.
func (i *interrupts) arrived(n int, cancel context.CancelCauseFunc, abort func()) {
	switch {
	case n == 1:
		cancel(errInterrupted)
	case n == 2 && i.claimed.Load():
		close(i.second)
	default:
		abort()
	}
}

// claimSecond leaves the second signal to the caller, who hears of it on the channel.
func (i *interrupts) claimSecond() <-chan struct{} {
	i.claimed.Store(true)
	return i.second
}

// divert hands signals to each, which must not wait, until stop is called.
func (i *interrupts) divert(each func(os.Signal)) (stop func()) {
	i.diverted.Store(&each)
	return func() { i.diverted.Store(nil) }
}

// end stops watching.
func (i *interrupts) end() {
	close(i.stop)
	<-i.stopped
}
