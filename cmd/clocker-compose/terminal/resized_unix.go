//go:build unix

package terminal

import (
	"os"
	"syscall"
)

// Resized are the signals that tell of a terminal's new size.
func Resized() []os.Signal { return []os.Signal{syscall.SIGWINCH} }
