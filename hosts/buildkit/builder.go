package buildkit

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/docker/cli/cli/config/types"
	"github.com/moby/buildkit/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Engine opens streams to an engine.
type Engine interface {
	// Hijack asks for a stream of another protocol; the caller closes it.
	Hijack(ctx context.Context, path, protocol string, header http.Header) (net.Conn, error)
	// LoadImage takes an image in from an archive, as a whole or not at all.
	LoadImage(ctx context.Context, ref string, archive io.Reader) error
	// Observe tells, among all else, how the engine keeps images.
	Observe(ctx context.Context) (hosts.Observation, error)
}

// Dial opens a stream to a BuildKit; the end of ctx doesn't close it.
type Dial = func(ctx context.Context) (net.Conn, error)

// Options are what builds may use of this machine.
type Options struct {
	// Login returns the user's login for a registry, by its domain; the zero value
	// is none. May be nil.
	Login func(registry string) (types.AuthConfig, error)
	// Machine tells contexts of this machine from those of others: BuildKit
	// compares a context with what it was sent last from there.
	Machine string
	// Own returns the way to a BuildKit of its own, by what a [hosts.BuildSpec]
	// calls it, that builds for platforms; tell hears what takes its time until
	// then. May be nil where no build names one.
	Own func(ctx context.Context, builder string, platforms []string, tell func(string)) (Dial, error)
}

// Builder builds images on one host.
type Builder struct {
	host   string
	engine Engine
	o      Options
}

// New returns the builder of a host; nothing is sent before the first build.
func New(host string, e Engine, o Options) *Builder {
	return &Builder{host: host, engine: e, o: o}
}

// Build builds an image, which the engine then has under all its tags, and
// returns its ID, "" of one that it got from a BuildKit of its own. Progress is
// called for each change, from one goroutine at a time; may be nil. The build ends with ctx. An error says which step failed, and has the
// last lines that the step printed.
func (b *Builder) Build(ctx context.Context, spec hosts.BuildSpec, progress func(hosts.BuildProgress)) (id string, err error) {
	id, err = b.build(ctx, spec, progress)
	if err == nil || ctx.Err() != nil {
		return id, ctx.Err()
	}
	return "", b.explain("build image "+spec.Tags[0], err)
}

func (b *Builder) build(ctx context.Context, spec hosts.BuildSpec, progress func(hosts.BuildProgress)) (string, error) {
	options, err := b.options(spec)
	if err != nil {
		return "", err
	}
	c, err := b.connect(ctx, spec, progress)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if spec.Builder != "" {
		return "", b.buildAway(ctx, c, spec, options, progress)
	}
	return solve(ctx, c, options, progress)
}

func solve(ctx context.Context, c *client.Client, options client.SolveOpt, progress func(hosts.BuildProgress)) (string, error) {
	story := newStory(progress)
	var answer *client.SolveResponse
	err := story.follow(func(statuses chan *client.SolveStatus) (err error) {
		answer, err = c.Solve(ctx, nil, options, statuses)
		return err
	})
	if err != nil {
		return "", story.failure(err, dockerfileOf(options))
	}
	return answer.ExporterResponse["containerimage.digest"], nil
}

// connectTimeout bounds how long the engine may take to open the first stream.
const connectTimeout = 30 * time.Second

// connect opens the first stream at once, so that what is wrong with it is told
// as it is, and not as a connection that gRPC tries again and again.
func (b *Builder) connect(ctx context.Context, spec hosts.BuildSpec, progress func(hosts.BuildProgress)) (*client.Client, error) {
	dial, options := b.dialEngine, []client.ClientOpt{client.WithSessionDialer(b.dialSession)}
	if spec.Builder != "" {
		var err error
		if dial, err = b.dialOwn(ctx, spec, progress); err != nil {
			return nil, err
		}
		options = nil
	}
	first, err := dialFirst(ctx, dial)
	if err != nil {
		return nil, err
	}
	conns := make(chan net.Conn, 1)
	conns <- first
	return client.New(ctx, "", append(options, client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		select {
		case conn := <-conns:
			return conn, nil
		default:
			return dial(ctx)
		}
	}))...)
}

func (b *Builder) dialEngine(ctx context.Context) (net.Conn, error) {
	return b.engine.Hijack(ctx, "/grpc", "h2c", nil)
}

func (b *Builder) dialSession(ctx context.Context, protocol string, meta map[string][]string) (net.Conn, error) {
	return b.engine.Hijack(ctx, "/session", protocol, meta)
}

func dialFirst(ctx context.Context, dial Dial) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return dial(ctx)
}
