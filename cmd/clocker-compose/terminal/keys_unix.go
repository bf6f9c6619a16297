//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package terminal

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// Keys lets each key of a terminal through as it is pressed, and shows none of
// them. Signals still come from keys, and output is as ever. Restore puts the
// terminal back, and may be called more than once. A terminal that belongs to
// another job is an error: the system would stop this one.
func Keys(stream any) (restore func(), err error) {
	descriptor, ok := descriptor(stream)
	if !ok {
		return nil, errors.New("not a terminal")
	}
	fd := int(descriptor)
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	if err != nil {
		return nil, fmt.Errorf("read terminal: %w", err)
	}
	if group != unix.Getpgrp() {
		return nil, errors.New("the terminal belongs to another job")
	}
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, fmt.Errorf("read terminal: %w", err)
	}
	now := *before
	now.Lflag &^= unix.ICANON | unix.ECHO
	now.Cc[unix.VMIN], now.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, setTermios, &now); err != nil {
		return nil, fmt.Errorf("set terminal: %w", err)
	}
	return sync.OnceFunc(func() { _ = unix.IoctlSetTermios(fd, setTermios, before) }), nil
}
