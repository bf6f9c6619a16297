package docker

import (
	"context"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const (
	// resizeTries and resizePause are for a process that is about to start:
	// engines refuse to resize the terminal of one that doesn't run.
	resizeTries = 20
	resizePause = 50 * time.Millisecond
	// repeatSize is when a size is set once more: engines of generation 20 take
	// one for a process that has no terminal yet, and forget it.
	repeatSize = 300 * time.Millisecond
	never      = time.Duration(1<<63 - 1)
)

// followSize keeps a terminal as large as the user's until stop is called. A
// size that can't be set is no failure: the user sees lines break oddly.
func followSize(ctx context.Context, sizes <-chan hosts.TerminalSize, set func(context.Context, hosts.TerminalSize) error) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		last, again := hosts.TerminalSize{}, never
		for {
			select {
			case size, ok := <-sizes:
				if !ok {
					return
				}
				persist(ctx, func() error { return set(ctx, size) })
				last, again = size, repeatSize
			case <-time.After(again):
				_ = set(ctx, last)
				again = never
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		work.Wait()
	}
}

// persist tries until it works, ctx ends or patience does.
func persist(ctx context.Context, try func() error) {
	for range resizeTries {
		if try() == nil {
			return
		}
		select {
		case <-time.After(resizePause):
		case <-ctx.Done():
			return
		}
	}
}
