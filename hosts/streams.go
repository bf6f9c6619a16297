package hosts

import "io"

// Streams join a process in a container to its user. A call that is given them
// reads and writes until the process's output ends. It closes In before it
// returns, in any case, which must end a read that waits: nothing reads on.
type Streams struct {
	// In is what the process reads; nil is nothing. Its end is passed on; any
	// other error of it ends the call, and is what the call returns.
	In io.ReadCloser
	// Out and Err are what it writes; nil discards. Of a process with a terminal
	// all goes to Out.
	Out, Err io.Writer
	// Sizes has the size of the user's terminal, and each change of it; may be nil.
	Sizes <-chan TerminalSize
}

// TerminalSize is a terminal's, in characters.
type TerminalSize struct{ Columns, Rows uint }

// ExecOptions are a command to run in a container.
type ExecOptions struct {
	Command []string
	// Env is KEY=VALUE, on top of the container's.
	Env []string
	// User and WorkingDir are the container's own where they are "".
	User, WorkingDir string
	Privileged       bool
	// Tty gives the command a terminal.
	Tty bool
	// DetachKeys is the sequence of keys that leaves the command alone, as in
	// "ctrl-p,ctrl-q"; "" is the engine's default.
	DetachKeys string
}

// AttachOptions are how a user joins a container's own process.
type AttachOptions struct {
	// Tty tells that the container has a terminal.
	Tty bool
	// DetachKeys is as in [ExecOptions].
	DetachKeys string
	// Attached is called once the streams are joined, before anything of the
	// process can be missed; may be nil. Its error ends the call.
	Attached func() error
}

// WaitCondition is what a wait for a container waits for.
type WaitCondition string

// The conditions. NotRunning is met already where the container doesn't run.
const (
	NotRunning WaitCondition = "not-running"
	NextExit   WaitCondition = "next-exit"
	Removed    WaitCondition = "removed"
)

// ContainerExit is how a container ended, or why that can't be known.
type ContainerExit struct {
	Code int
	Err  error
}
