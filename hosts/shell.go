package hosts

import "io"

// ShellStreams are what a command on a host, outside of containers, is joined to.
type ShellStreams struct {
	// In may be nil: the command then reads nothing.
	In       io.Reader
	Out, Err io.Writer
}
