package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// logLevel is how much is said beside results and progress.
type logLevel int

const (
	// logWarnings is the default.
	logWarnings logLevel = iota
	// logErrors leaves warnings out.
	logErrors
	// logRequests tells of every request to an engine.
	logRequests
)

// parseLogLevel reads --log-level, and the flags that are short for "debug".
func parseLogLevel(c *cli.Context) (logLevel, error) {
	if c.Bool("debug") || c.Bool("verbose") {
		return logRequests, nil
	}
	switch level := c.String("log-level"); strings.ToLower(level) {
	case "", "info", "warn", "warning":
		return logWarnings, nil
	case "error", "fatal", "panic":
		return logErrors, nil
	case "debug", "trace":
		return logRequests, nil
	default:
		return logWarnings, fmt.Errorf("invalid value for --log-level: %q (use debug, info, warn, error or fatal)", level)
	}
}

// traceRequest tells of a request to an engine: the host, what was asked, the
// status of the answer and how long it took to come.
func (s *session) traceRequest(a docker.Answer) {
	line := fmt.Sprintf("debug: %s %s %s", a.Host, a.Method, a.Path)
	if a.Err != nil {
		line += " " + a.Err.Error()
	} else {
		line += fmt.Sprintf(" %d", a.Status)
	}
	fmt.Fprintln(s.err, terminal.Clean(line), a.Took.Round(100*time.Microsecond))
}
