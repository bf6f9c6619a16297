package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/progress"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/courier"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
	"github.com/clocker-compose/clocker-compose/hosts/meter"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// session is one run of the program: what every command needs of it.
type session struct {
	process
	wiring wiring
	// program is how the user called it: "clocker-compose" or "docker clocker".
	program    string
	root       rootOptions
	interrupts *interrupts
	// offline keeps compose files from being fetched.
	offline bool

	connections *connections
	renderer    progress.Renderer
	// acting is the title of what is being changed, "" where nothing is.
	acting string
	// finish is how that is finished where it is cut short; "" is to do it again.
	finish string
	// restore puts the terminal back where a process in a container has it.
	restore *atomic.Pointer[func()]
	// notices are what was told of clouds.
	notices notices
}

func newSession(p process, w wiring, program string) *session {
	s := &session{process: p, wiring: w, program: program, restore: new(atomic.Pointer[func()]), renderer: progress.New(progress.Options{Mode: progress.Quiet})}
	s.connections = newConnections(func(h hosts.Host) (engine, error) {
		if err := reachable(h); err != nil {
			return nil, err
		}
		return w.open(h, s.dockerOptions())
	})
	return s
}

// close gives the terminal and all connections back.
func (s *session) close() {
	s.renderer.Flush()
	if err := s.connections.close(); err != nil {
		s.warn(err.Error())
	}
}

// abort ends the program in the middle of things, the terminal in order.
func (s *session) abort() {
	if restore := s.restore.Load(); restore != nil {
		(*restore)()
	}
	if terminal.Is(s.err) {
		fmt.Fprint(s.err, terminal.ClearLine+terminal.ShowCursor)
	}
	s.exit(codeInterrupted)
}

// warn prints a sentence that the user should know of.
func (s *session) warn(sentence string) {
	if s.root.log == logErrors {
		return
	}
	s.renderer.Aside(func() { fmt.Fprintln(s.err, "Warning: "+terminal.Clean(sentence)) })
}

// show starts to show progress, under a title.
func (s *session) show(title string) {
	s.acting = title
	s.renderer = progress.New(s.progressOptions(title))
}

// lines shows progress without drawing over what others write meanwhile.
func (s *session) lines() progress.Renderer { return progress.NewBeside(s.progressOptions("")) }

func (s *session) progressOptions(title string) progress.Options {
	out := s.progressStream()
	return progress.Options{
		Mode:     s.root.progress,
		Title:    title,
		Out:      out,
		Terminal: s.drawable(out),
		Colour:   s.colours(out),
		Size:     func() (int, int) { return terminal.Size(out) },
	}
}

// sayInterrupted tells of a change that the user has cut short.
func (s *session) sayInterrupted(ctx context.Context, err error) {
	if s.acting != "" && interrupted(ctx) && errors.Is(err, context.Canceled) && s.root.progress != progress.Quiet && s.root.progress != progress.JSON {
		s.lines().Event(execute.Event{ID: progress.Compose, Text: "Interrupted", Details: s.acting + " was interrupted: " + cmp.Or(s.finish, "run it again to finish what it began")})
	}
}

// progressStream is standard error, unless COMPOSE_STATUS_STDOUT asks for the other.
func (s *session) progressStream() io.Writer {
	if s.enabled("COMPOSE_STATUS_STDOUT") {
		return s.out
	}
	return s.err
}

// drawable tells whether live rows may be drawn on a stream.
func (s *session) drawable(stream any) bool {
	return s.root.ansi != ansiNever && (s.root.ansi == ansiAlways || terminal.Is(stream)) && s.getenv("TERM") != "dumb"
}

// colours tells whether a stream may be sent colours.
func (s *session) colours(stream any) bool {
	return s.getenv("NO_COLOR") == "" && s.drawable(stream)
}

// configFile is the path of the user's config file.
func (s *session) configFile() string {
	if path := s.getenv("CLOCKER_CONFIG"); path != "" {
		return s.absolute(path)
	}
	dir := s.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(s.getenv("HOME"), ".config")
	}
	return filepath.Join(dir, "clocker", "config.yaml")
}

func (s *session) absolute(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.dir, path)
}

// projectOptions say which project the flags mean.
func (s *session) projectOptions() project.Options {
	environ := s.environ
	if s.root.compatible {
		environ = append(environ[:len(environ):len(environ)], "COMPOSE_COMPATIBILITY=true")
	}
	fetch := s.fetch
	if s.offline {
		fetch = nil
	}
	return project.Options{
		Files:        s.root.files,
		Name:         s.root.name,
		Profiles:     s.root.profiles,
		EnvFiles:     s.root.envFiles,
		Directory:    s.root.directory,
		WorkingDir:   s.dir,
		Environ:      environ,
		Stdin:        s.in,
		Fetch:        fetch,
		Strategies:   scheduler.NewCatalog(),
		Providers:    s.wiring.providers,
		Location:     s.root.location,
		AllResources: s.root.allResources,
	}
}

// load reads the project of the flags, checks it against the user's config file,
// and tells its warnings.
func (s *session) load(ctx context.Context, o project.Options) (*project.Project, error) {
	if !o.NoConsistency {
		config, err := s.config()
		if err != nil {
			return nil, err
		}
		o.Config = &config
	}
	p, err := project.Load(ctx, o)
	if err != nil {
		return nil, err
	}
	for _, w := range p.Warnings() {
		s.warn(w)
	}
	return p, nil
}

// dockerOptions are how engines are reached.
func (s *session) dockerOptions() docker.Options {
	o := docker.Options{Environment: s.dockerEnvironment(), Interactive: terminal.Is(s.in)}
	if s.root.log == logRequests {
		o.Answers = s.traceRequest
	}
	return o
}

// environment is what the use cases act through; p may be nil. Locations whose
// machines aren't known are told: what is done goes on without them.
func (s *session) environment(ctx context.Context, p *project.Project) (*compose.Env, error) {
	env, err := s.placingEnvironment(ctx, p)
	if err == nil {
		s.warnUnlisted(env.Unlisted)
	}
	return env, err
}

// placingEnvironment is that of use cases that place something. Those end where
// machines aren't known, and their error tells it.
func (s *session) placingEnvironment(ctx context.Context, p *project.Project) (*compose.Env, error) {
	found, err := s.pool(ctx, p)
	if err != nil {
		return nil, err
	}
	pool := found.hosts
	env := &compose.Env{
		Unlisted:   found.unlisted,
		Pool:       pool,
		Connect:    func(h hosts.Host) (compose.Engine, error) { return s.connections.connect(h) },
		Events:     s.events(ctx),
		Warn:       s.warn,
		Locations:  found.locations,
		Parallel:   s.root.parallel,
		Self:       s.self(),
		AskProgram: s.askProgram,
		Meter:      s.meters(),
		Consent:    s.consent,
		JoinHost:   s.joinListed(found.locations),
	}
	if terminal.Is(s.in) {
		env.Confirm = s.confirm
	}
	if len(found.machines.Locations()) > 0 {
		env.Machines = found.machines
	}
	s.borrow(env)
	if env.Spans() {
		env.Tool = s.wiring.program
		env.Carrier = s.carrier(env)
	}
	if env.Spans() && p != nil {
		env.Fabric, err = s.fabric(p.Clocker.Network.Encrypt)
	}
	return env, err
}

// events is where progress goes. What an interruption has ended has not failed.
func (s *session) events(ctx context.Context) execute.Sink {
	return sparing(ctx, func(e execute.Event) { s.renderer.Event(e) })
}

// sparing passes events on; those of what has ended since the user has interrupted
// say that, and not that it has failed.
func sparing(ctx context.Context, sink execute.Sink) execute.Sink {
	return func(e execute.Event) {
		if e.Status == execute.Error && interrupted(ctx) {
			e.Status, e.Text, e.Details = execute.Warning, "Interrupted", ""
		}
		sink(e)
	}
}

// carrier brings images from host to host of the pool, as it is by then; nil where
// this machine has to.
func (s *session) carrier(env *compose.Env) func() execute.Carrier {
	if s.wiring.carrier == nil {
		return nil
	}
	return func() execute.Carrier {
		return s.wiring.carrier(courier.Options{
			Hosts:   env.Pool,
			Connect: func(h hosts.Host) (courier.Engine, error) { return s.connections.connect(h) },
			Program: s.wiring.program,
			Run:     strings.ToLower(rand.Text()[:10]),
		})
	}
}

// meters measure the hosts whose use somebody wants to know.
func (s *session) meters() *meter.Meters {
	return meter.New(meter.Options{
		Connect: func(h hosts.Host) (meter.Engine, error) { return s.connections.connect(h) },
		Program: s.wiring.program,
	})
}

// fabric is the container network; its key is kept beside the config file.
func (s *session) fabric(encrypt bool) (fabric, error) {
	return s.wiring.fabric(fabricOptions{
		connect: s.connections.connect,
		keyFile: filepath.Join(filepath.Dir(s.configFile()), "key"),
		encrypt: encrypt,
	})
}
