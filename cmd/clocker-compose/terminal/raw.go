package terminal

import (
	"fmt"
	"sync"

	"github.com/moby/term"
)

// Raw lets every key of a terminal through as it is, Ctrl-C among them. Restore
// puts the terminal back, and may be called more than once.
func Raw(stream any) (restore func(), err error) {
	fd, ok := descriptor(stream)
	if !ok {
		return func() {}, nil
	}
	before, err := term.SetRawTerminal(fd)
	if err != nil {
		return nil, fmt.Errorf("set terminal: %w", err)
	}
	return sync.OnceFunc(func() { _ = term.RestoreTerminal(fd, before) }), nil
}
