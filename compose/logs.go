package compose

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// LogsOptions select what Logs tells.
type LogsOptions struct {
	// Services keeps the replicas of these; none is all.
	Services []string
	// Index keeps the replica of this number; 0 is all.
	Index int
	// Containers are the names of the containers to read, one-off ones among
	// them; none is all replicas.
	Containers []string
	// Follow goes on with new lines until no container runs or ctx ends.
	Follow bool
	// Found is told the prefixes of the containers that are there, before the
	// first line; may be nil.
	Found func(prefixes []string)
	// Known are the services of the compose files. Where it is set, and
	// Services is empty, other services are left out.
	Known []string
	// Tail is a number of lines of each container, or "all", or "" for all.
	Tail string
	// Since and Until are RFC 3339, Unix seconds or a Go duration before now.
	Since, Until string
}

// LogRecord is one line that a container wrote.
type LogRecord struct {
	Host, Service string
	// Container is its name as a prefix: web-1 for the container shop-web-1 of
	// project shop, the whole name where the user chose it.
	Container string
	// ID is the container's.
	ID     string
	Stderr bool
	Time   time.Time
	// Text has no newline, and may hold any bytes that the container wrote.
	// Partial tells that the line goes on in the container's next record.
	Text    string
	Partial bool
}

// Logs calls out for each line of a project's containers, in order of time
// over all hosts and always in order within one container, from one goroutine
// at a time. It works from labels alone.
//
// Following, it tells first what was written so far, then new lines as they
// come, of containers that start later too; it ends when none has been running
// for a moment. A host that doesn't answer or goes away is told to Env.Warn, and
// the others go on; that none answers is an error. Following, it waits for the
// host, and goes on where it was.
func Logs(ctx context.Context, env *Env, project string, o LogsOptions, out func(LogRecord)) error {
	l := &logs{env: env, project: project, options: o, out: out}
	ctx, cancel := context.WithCancel(ctx)
	defer l.running.Wait() // after cancel
	defer cancel()

	snapshot, err := l.observe(ctx)
	if err != nil {
		return err
	}
	if err := l.connect(ctx, snapshot); err != nil {
		return err
	}
	replicas := l.replicas(snapshot)
	if o.Index > 0 && len(replicas) == 0 {
		return Replica{Project: project, Service: strings.Join(o.Services, ", "), Index: o.Index}.missing(snapshot.Absent())
	}
	l.found(replicas)
	if o.Follow {
		return l.follow(ctx, replicas)
	}
	return l.history(ctx, replicas)
}

// logs is one call of Logs.
type logs struct {
	env     *Env
	project string
	options LogsOptions
	out     func(LogRecord)
	hosts   map[string]*logHost
	// running are the goroutines that end with the context.
	running sync.WaitGroup

	warning sync.Mutex
	warned  map[string]bool
}

// observe sweeps the pool, and tells of hosts whose logs will be missing.
func (l *logs) observe(ctx context.Context) (state.Snapshot, error) {
	snapshot, absent, err := survey(ctx, l.env, replicasOf(l.project, true))
	if err != nil || l.options.Follow { // then the vigil tells
		return snapshot, err
	}
	for _, s := range statuses(absent, l.project) {
		l.warn(s.String())
	}
	return snapshot, nil
}

func (l *logs) found(replicas []state.Container) {
	if l.options.Found == nil {
		return
	}
	var prefixes []string
	for _, c := range replicas {
		prefixes = append(prefixes, l.prefix(c))
	}
	l.options.Found(prefixes)
}

// replicas are the containers that the options select, in a stable order.
func (l *logs) replicas(s state.Snapshot) []state.Container {
	all := s.Project(l.project)
	return slices.DeleteFunc(all, func(c state.Container) bool { return !l.selects(c) })
}

func (l *logs) selects(c state.Container) bool {
	o := l.options
	switch {
	case len(o.Services) > 0 && !slices.Contains(o.Services, c.Service()):
		return false
	case len(o.Services) == 0 && o.Known != nil && !slices.Contains(o.Known, c.Service()):
		return false
	case o.Index > 0 && c.Number() != o.Index:
		return false
	case len(o.Containers) > 0:
		return slices.Contains(o.Containers, c.Name)
	}
	return !c.Oneoff()
}

// engineOptions are the options as each engine is asked.
func (l *logs) engineOptions() hosts.LogOptions {
	return hosts.LogOptions{Tail: l.options.Tail, Since: l.options.Since, Until: l.options.Until}
}

// record is a line with where it comes from.
func (l *logs) record(c state.Container, line hosts.LogLine) LogRecord {
	return LogRecord{
		Host: c.Host, Service: c.Service(), Container: l.prefix(c), ID: c.ID,
		Stderr: line.Stderr, Time: line.Time, Text: string(line.Text), Partial: line.Partial,
	}
}

// prefix is the container's name without the project's, where it is the name
// that it was given for its service and number.
func (l *logs) prefix(c state.Container) string {
	for _, separator := range []string{"-", "_"} {
		short := c.Service() + separator + strconv.Itoa(c.Number())
		if c.Name == l.project+separator+short {
			return short
		}
	}
	return c.Name
}
