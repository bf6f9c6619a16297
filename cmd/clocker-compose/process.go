package main

import (
	"io"
	"os"
	"strings"
	"time"
)

// process is all that the program has of its surroundings.
type process struct {
	// args are the words of the command line, the program's own name first.
	args []string
	// environ is KEY=VALUE.
	environ []string
	// dir is the working directory.
	dir string
	in  io.Reader
	out io.Writer
	err io.Writer
	// signals are those that ask it to end.
	signals chan os.Signal
	// watch tells of signals from now until stop is called; nil of none. Without
	// a list it tells of all.
	watch func(list ...os.Signal) (signals <-chan os.Signal, stop func())
	// exit ends it at once.
	exit func(code int)
	now  func() time.Time
}

// lookup is a variable of the environment, of which the last one counts.
func (p process) lookup(name string) (string, bool) {
	for i := len(p.environ) - 1; i >= 0; i-- {
		if key, value, ok := strings.Cut(p.environ[i], "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// getenv is a variable of the environment, "" where it isn't set.
func (p process) getenv(name string) string {
	value, _ := p.lookup(name)
	return value
}

// enabled tells whether a variable says yes, as Docker Compose reads them.
func (p process) enabled(name string) bool {
	switch strings.ToLower(p.getenv(name)) {
	case "1", "t", "true", "y", "yes", "on":
		return true
	}
	return false
}
