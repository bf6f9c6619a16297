//go:build !unix

package terminal

import "os"

// Resized are the signals that tell of a terminal's new size: here are none.
func Resized() []os.Signal { return nil }
