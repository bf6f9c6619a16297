package argv

import "github.com/urfave/cli/v2"

// UsageError is a line that can't be read.
type UsageError struct {
	// Path are the commands up to the one whose flags were being read.
	Path []*cli.Command
	Err  error
}

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }
