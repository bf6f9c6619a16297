package compose

import "github.com/clocker-compose/clocker-compose/hosts"

// Console is the user's side of a process in a container.
type Console struct {
	// Join prepares the user's streams, at the last moment: with stdin they are
	// read, and with tty the user's terminal becomes the process's. Leave gives
	// the terminal back, and may be called more than once.
	Join func(stdin, tty bool) (s hosts.Streams, leave func(), err error)
	// Signals has the names of signals that the process is to have, from the
	// moment of the call until stop; nil passes none on.
	Signals func() (signals <-chan string, stop func())
}
