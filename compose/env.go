// Package compose holds one use case a file: up, down, ps, logs, plan. Each
// loads nothing and prints nothing itself: it observes the pool, plans,
// executes, and tells its progress through [Env].
package compose

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/remote"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Env is what the use cases act through; cmd wires it.
type Env struct {
	// Pool are the hosts that may be used, sorted by name; it changes while hosts
	// are made and deleted. One host is used as
	// Docker Compose would use it; several are joined by the fabric.
	Pool []hosts.Host
	// Machines makes hosts; nil where no location of the pool has a provider.
	Machines Machines
	// Unlisted are why the machines of a location aren't known, which keeps
	// anything from being placed; none where they all are.
	Unlisted []error
	// Connect returns the engine of a host, the same one each time.
	Connect func(hosts.Host) (Engine, error)
	// Fabric joins hosts; nil where the pool has one host.
	Fabric execute.Fabric
	// Meter measures hosts where rules want that; nil where nothing is measured.
	Meter Meter
	// Tool returns the program that works in containers through which files are
	// shipped, for a platform; nil where the pool has one host.
	Tool func(hosts.Platform) ([]byte, error)
	// JoinHost makes a machine that has SSH and no engine a host, and tells what
	// it does; nil where such machines are left as they are.
	JoinHost func(ctx context.Context, h hosts.Host, tell func(text string)) error
	// Carrier returns what brings images from host to host, for one run; nil where
	// they pass through this machine.
	Carrier func() execute.Carrier
	// BuildOn returns what builds images on a host; may be nil.
	BuildOn func(hosts.Host) (ImageBuilder, error)
	// Downloads fetches archives that are build contexts.
	Downloads remote.Downloads
	// Input is read where a build's context is standard input; nil where nothing
	// is piped into it.
	Input io.Reader
	// SSHAgent is the socket of the user's agent, "" where there is none.
	SSHAgent string
	// UsualBuilder is who builds where nothing names a builder: a BuildKit of its
	// own, by name, or "" for the engine's; may be nil.
	UsualBuilder func() (string, error)
	// FindProvider is where the program of a provider is, and FindPlugin that of
	// a plugin of Docker's client; nil where none is called.
	FindProvider, FindPlugin func(name string) (path string, err error)
	// Environment is what the user's Docker configuration gives to containers of
	// a host, its proxies; may be nil.
	Environment func(hosts.Host) map[string]string
	// Credentials is a config.json with the user's registry logins, for services
	// that use_api_socket; may be nil.
	Credentials func() ([]byte, error)
	// Builder builds images anew for Watch; nil where none can be built.
	Builder Builder
	// HookOutput receives the lines that hooks write; may be nil.
	HookOutput func(execute.HookLine)
	// Events receives progress.
	Events execute.Sink
	// Confirm asks a question that defaults to no.
	Confirm func(question string) (bool, error)
	// Consent asks as Confirm does, and takes the answer of a pipe, too. Where
	// there is none, that is no; nil where nobody is asked.
	Consent func(question string) (bool, error)
	// Warn receives sentences for the user; may be nil.
	Warn func(sentence string)
	// Locations are all that are declared, by name, for their strategies.
	Locations map[string]hosts.Location
	// Parallel bounds the steps at work at once; 0 is a default that grows with the pool.
	Parallel int
	// Timeout bounds what a host may take to answer an observation.
	Timeout time.Duration
	// AskProgram calls a program of the config file, which an exec strategy names,
	// with a question on its standard input, and returns its answer; may be nil.
	AskProgram func(ctx context.Context, name string, question []byte) ([]byte, error)
	// Self is this run, for others that have to wait for it.
	Self Self

	// growth is what the run has learnt of machines that it made, and outer the
	// Env of which this one is a copy; both may be nil.
	growth *growth
	outer  *Env
	// held is the project's lock where this run holds it; timing is the lock's.
	held   *lock
	timing lockTiming
	// metered tells that this run, which holds the lock, has seen to meters.
	metered bool
	// asked is since when hosts that don't answer have been asked, by name.
	asked map[string]time.Time
}

// Self is a run of the program.
type Self struct {
	// Name is the user and the machine: "alice@laptop".
	Name string
	// Machine is different wherever Process may mean another process.
	Machine string
	Process int
	// Gone tells that no process of this machine has that number; may be nil.
	Gone func(process int) bool
}

// Engine is all that the use cases ask of one host.
type Engine interface {
	execute.Engine
	Processes
	Ports
	Views
	Archives
	Publishing
	Observe(ctx context.Context) (hosts.Observation, error)
	// ClaimVolume creates a volume or returns the one that has the name: of several
	// that claim a name at once, one gets it.
	ClaimVolume(ctx context.Context, spec hosts.VolumeSpec) (hosts.Volume, error)
	// Volumes lists the volumes with a label, KEY or KEY=VALUE.
	Volumes(ctx context.Context, label string) ([]hosts.Volume, error)
	// WaitContainer returns a container's exit code once it doesn't run.
	WaitContainer(ctx context.Context, container string) (code int, err error)
	// Logs calls line for each line of a container's log until the log ends or,
	// following, the container stops or ctx ends.
	Logs(ctx context.Context, container string, o hosts.LogOptions, line func(hosts.LogLine)) error
	// Events calls each for each event of containers until ctx ends, or until
	// what the options say.
	Events(ctx context.Context, o hosts.EventOptions, each func(hosts.ContainerEvent)) error
}

// Views is what containers do at the moment.
type Views interface {
	// ObserveContainers sees only containers of the host.
	ObserveContainers(ctx context.Context, f hosts.ContainerFilter) (hosts.Observation, error)
	// ContainerImage returns the image that a container was made from; hosts.ErrNotFound where it is gone.
	ContainerImage(ctx context.Context, c hosts.Container) (hosts.Image, error)
	// Processes lists the processes of a container that runs.
	Processes(ctx context.Context, container string) (hosts.Processes, error)
	// ContainerUse is one sample of what a container uses.
	ContainerUse(ctx context.Context, container string) (hosts.ContainerUse, error)
}

// Ports reaches what a host publishes.
type Ports interface {
	// DialPort connects to a TCP port that a container publishes on the host.
	DialPort(ctx context.Context, p hosts.PublishedPort) (net.Conn, error)
}

// Processes is what a user talks to: the processes in containers.
type Processes interface {
	// RunExec runs a command in a container, joined to the streams, and returns its exit code.
	RunExec(ctx context.Context, container string, o hosts.ExecOptions, s hosts.Streams) (code int, err error)
	// StartExec runs a command in a container, and leaves it alone.
	StartExec(ctx context.Context, container string, o hosts.ExecOptions) error
	// AttachContainer joins the streams to the container's own process until its output ends.
	AttachContainer(ctx context.Context, container string, o hosts.AttachOptions, s hosts.Streams) error
	// ExpectExit returns once the engine waits; the channel then has one value, at the latest when ctx ends.
	ExpectExit(ctx context.Context, container string, until hosts.WaitCondition) (<-chan hosts.ContainerExit, error)
}

// builder finds what builds images, by the names of hosts.
func (e *Env) builder(pool map[string]hosts.Host) func(string) (execute.Builder, error) {
	if e.BuildOn == nil {
		return nil
	}
	return func(name string) (execute.Builder, error) { return e.BuildOn(pool[name]) }
}

// usualBuilder is who builds where nothing names a builder.
func (e *Env) usualBuilder() (string, error) {
	if e.UsualBuilder == nil {
		return "", nil
	}
	return e.UsualBuilder()
}

// Spans tells whether the pool has several hosts, or comes to have some once they
// are made: then the fabric joins them.
func (e *Env) Spans() bool { return e.several() }

// several tells whether the pool spans hosts, answering or not, or comes to span
// some once they are made.
func (e *Env) several() bool {
	n := 0
	for _, h := range e.Pool {
		if h.Machine == nil {
			n++
		}
	}
	if e.elastic() {
		for _, l := range e.Machines.Locations() {
			n += l.Max
		}
	}
	return n > 1 || len(e.Pool) > 1
}

// patience is how long a host may take to answer something small.
func (e *Env) patience() time.Duration {
	if e.Timeout > 0 {
		return e.Timeout
	}
	return observeTimeout
}

// engineOf is the engine of a host of the pool.
func (e *Env) engineOf(host string) (Engine, error) {
	for _, h := range e.Pool {
		if h.Name == host {
			return e.Connect(h)
		}
	}
	return nil, fmt.Errorf("host %s: %w", host, hosts.ErrNotFound)
}

// Archives is what files are copied through.
type Archives interface {
	// StatPath tells what a container has at a path; nothing is hosts.ErrNotFound.
	StatPath(ctx context.Context, container, path string) (hosts.PathStat, error)
	// ReadArchive streams a path as tar, whose entries begin with the stat's name.
	ReadArchive(ctx context.Context, container, path string) (io.ReadCloser, hosts.PathStat, error)
	// WriteArchive unpacks a tar stream into a folder that exists.
	WriteArchive(ctx context.Context, container, folder string, o hosts.ArchiveOptions, content io.Reader) error
	// ExportContainer streams all of a container's files as tar.
	ExportContainer(ctx context.Context, container string) (io.ReadCloser, error)
}

// Publishing makes images, gives them away, and throws them away.
type Publishing interface {
	// CommitContainer makes an image of a container, and returns its ID.
	CommitContainer(ctx context.Context, container string, o hosts.CommitOptions) (id string, err error)
	// PruneImages removes the images of the host that no container is made from.
	PruneImages(ctx context.Context) (hosts.Pruned, error)
}
