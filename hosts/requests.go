package hosts

import (
	"time"

	"github.com/moby/moby/api/types/container"
)

// PullOptions are how an image is pulled.
type PullOptions struct {
	// Platform is os/arch[/variant], or "" for the engine's own.
	Platform string
	// Progress is called for each change of a layer; may be nil.
	Progress func(PullProgress)
}

// PullProgress is the state of one layer of a pull, or of a push.
type PullProgress struct {
	Layer          string
	Status         string
	Current, Total int64
}

// StopOptions are how a container is stopped; nil and "" mean the container's own.
type StopOptions struct {
	Timeout *time.Duration
	Signal  string
}

// LogOptions select what of a container's log is read.
type LogOptions struct {
	Follow bool
	// Tail is a number of lines, or "all", or "" for all.
	Tail string
	// Since and Until are RFC 3339, Unix seconds or a Go duration before now.
	Since, Until string
}

// LogLine is one line of a container's log, with or without its end of line.
type LogLine struct {
	// Stderr tells which of the container's two streams it came from.
	Stderr bool
	Time   time.Time
	// Text has no time stamp and no trailing newline; a terminal's ends in \r. A line longer than the
	// adapter's buffer arrives as several, Partial set on all but the last.
	Text    []byte
	Partial bool
}

// ContainerEvent is a change in a container's life, as the engine tells it.
type ContainerEvent struct {
	Time   time.Time
	ID     string
	Name   string
	Labels map[string]string
	// Attributes are the labels and all else that the engine tells of it.
	Attributes map[string]string
	// Action is the engine's word: create, start, die, destroy, health_status: healthy, …
	Action string
	// ExitCode of die.
	ExitCode int
}

// ContainerDetail is what only an inspection of one container tells.
type ContainerDetail struct {
	Container
	StartedAt, FinishedAt time.Time
	RestartCount          int
	// Tty and OpenStdin tell whether its process has a terminal, and an input.
	Tty, OpenStdin bool
	HasHealthcheck bool
	// Healthcheck is what was asked for; nil where nothing was.
	Healthcheck *container.HealthConfig
	// Aliases are the container's other names, by network.
	Aliases map[string][]string
	Env     []string
	// Volumes are the anonymous and named volumes by destination.
	Volumes map[string]string
}

// CarryOptions accompany an image from host to host.
type CarryOptions struct {
	// ID is what hosts that keep images in one way know it by; it may be "".
	ID string
	// From are the hosts that have it, the preferred one first.
	From []string
	// Here makes it pass through this machine.
	Here bool
	// Progress hears of its layers.
	Progress func(PullProgress)
	// Fetched is called when the host has come by all that it lacked: others can
	// get it there from now on, while its engine takes it.
	Fetched func()
}

// ExecResult is what a finished command in a container left.
type ExecResult struct {
	ExitCode       int
	Stdout, Stderr []byte
}

// Pruned is what was removed of a host's images.
type Pruned struct {
	// Images is how many were removed, Bytes how much that freed.
	Images int   `json:"images"`
	Bytes  int64 `json:"bytes"`
}
