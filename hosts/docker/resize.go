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
)

// followSize keeps a terminal as large as the user's until stop is called. A
// size that can't be set is no failure: the user sees lines break oddly.
func followSize(ctx context.Context, sizes <-chan hosts.TerminalSize, set func(context.Context, hosts.TerminalSize) error) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		for {
			select {
			case size, ok := <-sizes:
				if !ok {
					return
				}
				persist(ctx, func() error { return set(ctx, size) })
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
