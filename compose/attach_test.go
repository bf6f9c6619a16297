package compose_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/moby/moby/api/types/container"
	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// yard is a pool of engines in memory.
type yard struct {
	env     *compose.Env
	engines map[string]*fake.Engine

	mu       sync.Mutex
	warnings []string
	events   []execute.Event
}

func newYard(names ...string) *yard {
	y := &yard{engines: map[string]*fake.Engine{}}
	y.env = &compose.Env{
		Connect: func(h hosts.Host) (compose.Engine, error) { return y.engines[h.Name], nil },
		Warn: func(s string) {
			y.mu.Lock()
			defer y.mu.Unlock()
			y.warnings = append(y.warnings, s)
		},
		Events: func(e execute.Event) {
			y.mu.Lock()
			defer y.mu.Unlock()
			y.events = append(y.events, e)
		},
	}
	for _, name := range names {
		h := hosts.Host{Name: name}
		y.env.Pool = append(y.env.Pool, h)
		y.engines[name] = fake.New(h)
		y.engines[name].Load("busybox")
	}
	return y
}

// replica is a container to be run in a yard.
type replica struct {
	host, service string
	number        int
	script        string
	dependsOn     string
	project       string
	restart       container.RestartPolicy
}

// run creates and starts a container and returns its name.
func (y *yard) run(t *testing.T, r replica) string {
	t.Helper()
	name := y.create(t, r)
	assert.NilError(t, y.engines[r.host].StartContainer(t.Context(), name))
	return name
}

func (y *yard) create(t *testing.T, r replica) string {
	t.Helper()
	if r.project == "" {
		r.project = "shop"
	}
	name := r.project + "-" + r.service + "-" + strconv.Itoa(r.number)
	_, err := y.engines[r.host].CreateContainer(t.Context(), hosts.ContainerSpec{
		Name: name,
		Config: &container.Config{Image: "busybox", Cmd: []string{"sh", "-c", r.script}, Labels: map[string]string{
			hosts.LabelProject: r.project, hosts.LabelService: r.service, hosts.LabelOneoff: "False",
			hosts.LabelContainerNumber: strconv.Itoa(r.number), hosts.LabelDependsOn: r.dependsOn,
		}},
		HostConfig: &container.HostConfig{RestartPolicy: r.restart},
	})
	assert.NilError(t, err)
	return name
}

// notes is an audience that writes everything down.
type notes struct {
	// attached, where it is set, is closed once the output follows.
	attached  chan struct{}
	attaching []string
	lines     []string
	// all are lines and ends, in their order.
	all   []string
	exits []compose.Exit
	// lost and regained are hosts; away, where it is set, is closed by a loss.
	lost, regained []string
	away           chan struct{}
}

func (n *notes) Attaching(containers []string) {
	n.attaching = containers
	if n.attached != nil {
		close(n.attached)
	}
}

func (n *notes) Line(r compose.LogRecord) {
	line := r.Container + ": " + r.Text
	n.lines, n.all = append(n.lines, line), append(n.all, line)
}

func (n *notes) Exited(e compose.Exit) {
	n.exits = append(n.exits, e)
	n.all = append(n.all, fmt.Sprintf("%s exited %d, %t", e.Container, e.Code, e.Restarting))
}

func (n *notes) Lost(host string, _ error) {
	n.lost = append(n.lost, host)
	if n.away != nil {
		close(n.away)
	}
}

func (n *notes) Regained(host string) { n.regained = append(n.regained, host) }

// said are the lines of one container.
func (n *notes) said(name string) string {
	var own []string
	for _, l := range n.lines {
		if text, ok := strings.CutPrefix(l, name+": "); ok {
			own = append(own, text)
		}
	}
	return strings.Join(own, " ")
}

func attach(t *testing.T, y *yard, o compose.AttachOptions) *notes {
	t.Helper()
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	o.Project = "shop"
	n := &notes{}
	assert.NilError(t, compose.Attach(ctx, y.env, o, n))
	return n
}

func TestAttachUntilNothingRuns(t *testing.T) {
	y := newYard("h1", "h2")
	started := []string{
		y.run(t, replica{host: "h1", service: "web", number: 1, script: "echo one; sleep 0.1; echo two; exit 3"}),
		y.run(t, replica{host: "h2", service: "web", number: 2, script: "echo gone"}),
	}
	y.run(t, replica{host: "h2", service: "stranger", number: 1, project: "other", script: "echo no"})
	n := attach(t, y, compose.AttachOptions{Started: started})
	assert.DeepEqual(t, n.attaching, []string{"web-1", "web-2"})
	assert.Equal(t, n.said("web-1"), "one two")
	assert.Equal(t, n.said("web-2"), "gone")
	slices.SortFunc(n.exits, func(a, b compose.Exit) int { return strings.Compare(a.Container, b.Container) })
	assert.DeepEqual(t, n.exits, []compose.Exit{{Service: "web", Container: "web-1", Code: 3}, {Service: "web", Container: "web-2"}})
	assert.Equal(t, len(y.warnings), 0)
}

func TestAttachToRunningShowsWhatComes(t *testing.T) {
	y := newYard("h1")
	y.run(t, replica{host: "h1", service: "web", number: 1, script: "echo before; sleep 0.5; echo after"})
	time.Sleep(100 * time.Millisecond)
	n := attach(t, y, compose.AttachOptions{})
	assert.Equal(t, n.said("web-1"), "after")
}

func TestAttachSilently(t *testing.T) {
	y := newYard("h1")
	started := []string{
		y.run(t, replica{host: "h1", service: "web", number: 1, script: "sleep 0.2; echo loud"}),
		y.run(t, replica{host: "h1", service: "db", number: 1, script: "echo quiet; sleep 0.1; exit 7"}),
		y.run(t, replica{host: "h1", service: "done", number: 1, script: "exit 0"}),
	}
	n := attach(t, y, compose.AttachOptions{Silent: []string{"db", "done"}, Started: started})
	assert.DeepEqual(t, n.attaching, []string{"web-1"})
	assert.DeepEqual(t, n.lines, []string{"web-1: loud"})
	assert.Equal(t, len(n.exits), 3)
	assert.Assert(t, slices.Contains(n.exits, compose.Exit{Service: "db", Container: "db-1", Code: 7}))
}

func TestAttachFollowsRestarts(t *testing.T) {
	y := newYard("h1")
	name := y.run(t, replica{
		host: "h1", service: "web", number: 1, script: "echo hi; sleep 0.05; exit 1",
		restart: container.RestartPolicy{Name: container.RestartPolicyOnFailure, MaximumRetryCount: 2},
	})
	n := attach(t, y, compose.AttachOptions{Started: []string{name}})
	assert.Equal(t, n.said("web-1"), "hi hi hi")
	assert.DeepEqual(t, n.exits[len(n.exits)-1], compose.Exit{Service: "web", Container: "web-1", Code: 1})
}

func TestAttachToServicesOnly(t *testing.T) {
	y := newYard("h1")
	y.run(t, replica{host: "h1", service: "server", number: 1, script: "serve"})
	name := y.run(t, replica{host: "h1", service: "job", number: 1, script: "echo done"})
	n := attach(t, y, compose.AttachOptions{Services: []string{"job"}, Started: []string{name}})
	assert.DeepEqual(t, n.lines, []string{"job-1: done"})
}

// A host that goes away is waited for, and no line is missing or told twice.
func TestAttachWaitsForAHost(t *testing.T) {
	defer goleak.VerifyNone(t)
	y := newYard("h1", "h2")
	started := []string{
		y.run(t, replica{host: "h1", service: "web", number: 1, script: "echo here"}),
		y.run(t, replica{host: "h2", service: "web", number: 2, script: "echo one; sleep 0.5; echo two; sleep 3; echo three; exit 5"}),
	}
	y.env.Timeout = 300 * time.Millisecond
	n := &notes{attached: make(chan struct{}), away: make(chan struct{})}
	go func() {
		<-n.attached
		y.engines["h2"].Inject(fake.Fault{Kind: fake.Unreachable})
		<-n.away
		y.engines["h2"].Heal()
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	assert.NilError(t, compose.Attach(ctx, y.env, compose.AttachOptions{Project: "shop", Started: started}, n))
	assert.DeepEqual(t, n.lost, []string{"h2"})
	assert.DeepEqual(t, n.regained, []string{"h2"})
	assert.Equal(t, n.said("web-1"), "here")
	assert.Equal(t, n.said("web-2"), "one two three")
	assert.Assert(t, slices.Contains(n.exits, compose.Exit{Service: "web", Container: "web-2", Code: 5}), "%v", n.exits)
	assert.Equal(t, len(n.exits), 2)
}

// Once containers are stopped for good, a host that is away isn't waited for.
func TestAttachEndsWithoutAHost(t *testing.T) {
	defer goleak.VerifyNone(t)
	y := newYard("h1")
	y.run(t, replica{host: "h1", service: "web", number: 1, script: "serve"})
	y.env.Timeout = 300 * time.Millisecond
	n := &notes{attached: make(chan struct{}), away: make(chan struct{})}
	ending := make(chan struct{})
	go func() {
		<-n.attached
		y.engines["h1"].Inject(fake.Fault{Kind: fake.Unreachable})
		<-n.away
		close(ending)
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	assert.NilError(t, compose.Attach(ctx, y.env, compose.AttachOptions{Project: "shop", Ending: ending}, n))
	assert.DeepEqual(t, n.lost, []string{"h1"})
	assert.Equal(t, len(n.exits), 0)
}

// TestAttachOutlastsABrokenConnection: an engine that is there is listened to again.
func TestAttachOutlastsABrokenConnection(t *testing.T) {
	y := newYard("h1")
	y.run(t, replica{host: "h1", service: "web", number: 1, script: "sleep 0.2; echo here; sleep 1.5; echo still; exit 4"})
	y.engines["h1"].Inject(fake.Fault{Method: "Events", Kind: fake.Unreachable, Nth: 1})
	n := attach(t, y, compose.AttachOptions{})
	assert.Equal(t, n.said("web-1"), "here still")
	assert.Equal(t, len(n.lost), 0)
	assert.DeepEqual(t, n.exits, []compose.Exit{{Service: "web", Container: "web-1", Code: 4}})
}

// TestAttachBeforeTheStart: what is about to be started is waited for, also
// where nothing tells of its start, and what never was is let go.
func TestAttachBeforeTheStart(t *testing.T) {
	y := newYard("h1")
	create := func(number int, script string) string {
		return y.create(t, replica{host: "h1", service: "web", number: number, script: script})
	}
	names := []string{create(1, "echo heard"), create(2, "echo unheard"), create(3, "echo never")}
	y.engines["h1"].Inject(fake.Fault{Method: "Events", Kind: fake.Unreachable, Nth: 1})
	settled := make(chan struct{})
	go func() {
		time.Sleep(100 * time.Millisecond)
		assert.Check(t, y.engines["h1"].StartContainer(t.Context(), names[1]))
		time.Sleep(1500 * time.Millisecond) // by now it is listened to again
		assert.Check(t, y.engines["h1"].StartContainer(t.Context(), names[0]))
		close(settled)
	}()
	n := attach(t, y, compose.AttachOptions{Started: names, Settled: settled})
	assert.DeepEqual(t, n.attaching, []string{"web-1", "web-2", "web-3"})
	slices.Sort(n.lines)
	assert.DeepEqual(t, n.lines, []string{"web-1: heard", "web-2: unheard"})
	assert.Equal(t, len(n.exits), 2)
}

// attachAndStart starts a container a while after its output is passed on.
func attachAndStart(t *testing.T, y *yard, name string, after time.Duration, o compose.AttachOptions) *notes {
	t.Helper()
	n := &notes{attached: make(chan struct{})}
	settled := make(chan struct{})
	if o.Started != nil {
		o.Settled = settled
	}
	go func() {
		defer close(settled)
		<-n.attached
		time.Sleep(after)
		assert.Check(t, y.engines["h1"].StartContainer(t.Context(), name))
	}()
	o.Project = "shop"
	assert.NilError(t, compose.Attach(t.Context(), y.env, o, n))
	return n
}

// TestAttachToAnotherRun: what a container wrote when it ran before isn't told
// again, its last line included, which the engine notes after the end.
func TestAttachToAnotherRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard("h1")
		name := y.create(t, replica{host: "h1", service: "web", number: 1, script: "echo one; printf 'no end'; sleep 1"})
		for range 3 {
			n := attachAndStart(t, y, name, time.Second, compose.AttachOptions{Started: []string{name}})
			assert.Equal(t, n.said("web-1"), "one no end")
		}
	})
}

// TestAttachToWhatAnotherStarts: the same of a container that somebody else starts.
func TestAttachToWhatAnotherStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard("h1")
		name := y.run(t, replica{host: "h1", service: "web", number: 1, script: "printf 'no end'; sleep 1"})
		time.Sleep(2 * time.Second)
		y.run(t, replica{host: "h1", service: "job", number: 1, script: "sleep 9"})
		n := attachAndStart(t, y, name, 3*time.Second, compose.AttachOptions{})
		assert.Equal(t, n.said("web-1"), "no end")
	})
}

// TestAttachToHostThatListensLate: what ends or comes before a host can be heard isn't missed.
func TestAttachToHostThatListensLate(t *testing.T) {
	for _, delay := range []time.Duration{time.Second, 5 * time.Second} {
		t.Run(delay.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard("h1")
				y.env.Timeout = 2 * time.Second
				y.engines["h1"].Inject(fake.Fault{Method: "Events", Delay: delay, Nth: 1})
				late := y.create(t, replica{host: "h1", service: "late", number: 1, script: "echo late; sleep 9"})
				go func() {
					time.Sleep(4 * time.Second)
					assert.Check(t, y.engines["h1"].StartContainer(t.Context(), late))
				}()
				started := []string{
					y.run(t, replica{host: "h1", service: "web", number: 1, script: "sleep 0.5; exit 3"}),
					y.run(t, replica{host: "h1", service: "db", number: 1, script: "sleep 3; exit 4"}),
					y.run(t, replica{host: "h1", service: "job", number: 1, script: "sleep 9"}),
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				n := &notes{}
				o := compose.AttachOptions{Project: "shop", Silent: []string{"web", "db"}, Started: started}
				assert.NilError(t, compose.Attach(ctx, y.env, o, n))
				assert.Equal(t, len(n.exits), 4)
				assert.Equal(t, n.said("late-1"), "late")
			})
		})
	}
}

// TestAttachWaitsForServices: what others write is passed on and their ends
// aren't, and they keep nothing going.
func TestAttachWaitsForServices(t *testing.T) {
	y := newYard("h1")
	started := []string{
		y.run(t, replica{host: "h1", service: "web", number: 1, script: "sleep 1; echo web"}),
		y.run(t, replica{host: "h1", service: "job", number: 1, script: "echo job; exit 1"}),
		y.run(t, replica{host: "h1", service: "db", number: 1, script: "echo db; sleep 1000"}),
		y.run(t, replica{host: "h1", service: "cache", number: 1, script: "echo cache; sleep 1000"}),
	}
	n := attach(t, y, compose.AttachOptions{Services: []string{"web"}, Besides: []string{"db", "job"}, Started: started})
	assert.DeepEqual(t, n.attaching, []string{"db-1", "job-1", "web-1"})
	slices.Sort(n.lines)
	assert.DeepEqual(t, n.lines, []string{"db-1: db", "job-1: job", "web-1: web"})
	assert.DeepEqual(t, n.exits, []compose.Exit{{Service: "web", Container: "web-1"}})
}

// hasty stops following logs before it has sent the last line.
type hasty struct{ compose.Engine }

func (h hasty) Logs(ctx context.Context, container string, o hosts.LogOptions, line func(hosts.LogLine)) error {
	var held []hosts.LogLine
	return h.Engine.Logs(ctx, container, o, func(l hosts.LogLine) {
		if held = append(held, l); len(held) > 1 || !o.Follow {
			line(held[0])
			held = held[1:]
		}
	})
}

func TestAttachReadsLogsToTheEnd(t *testing.T) {
	y := newYard("h1")
	y.env.Connect = func(h hosts.Host) (compose.Engine, error) { return hasty{y.engines[h.Name]}, nil }
	started := []string{
		y.run(t, replica{host: "h1", service: "web", number: 1, script: "echo bad"}),
		y.run(t, replica{host: "h1", service: "web", number: 2, script: "echo one; sleep 0.1; echo two; sleep 0.1; echo three"}),
	}
	n := attach(t, y, compose.AttachOptions{Started: started})
	assert.Equal(t, n.said("web-1"), "bad")
	assert.Equal(t, n.said("web-2"), "one two three")
	assert.Equal(t, len(n.exits), 2)
}

// dull says nothing while it follows, is late to tell that a run has ended, and
// slow to tell what the log has.
type dull struct {
	compose.Engine
	late, slow time.Duration
}

func (d dull) Logs(ctx context.Context, container string, o hosts.LogOptions, line func(hosts.LogLine)) error {
	if !o.Follow {
		defer time.Sleep(d.slow)
		return d.Engine.Logs(ctx, container, o, line)
	}
	for {
		detail, err := d.InspectContainer(ctx, container)
		if err != nil || detail.State != hosts.Running {
			time.Sleep(d.late)
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestAttachTellsRunsApart: a run's lines come before its end, those of the next
// after it, and none is lost where the next has ended before it is looked at.
func TestAttachTellsRunsApart(t *testing.T) {
	for script, d := range map[string]dull{
		"echo begun; sleep 1; exit 1": {late: 300 * time.Millisecond},
		"echo begun; exit 1":          {late: 60 * time.Millisecond, slow: 300 * time.Millisecond},
	} {
		t.Run(script, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard("h1")
				d.Engine = y.engines["h1"]
				y.env.Connect = func(hosts.Host) (compose.Engine, error) { return d, nil }
				name := y.run(t, replica{
					host: "h1", service: "web", number: 1, script: script,
					restart: container.RestartPolicy{Name: container.RestartPolicyOnFailure, MaximumRetryCount: 1},
				})
				n := &notes{}
				o := compose.AttachOptions{Project: "shop", Started: []string{name}}
				assert.NilError(t, compose.Attach(t.Context(), y.env, o, n))
				assert.DeepEqual(t, n.all, []string{"web-1: begun", "web-1 exited 1, true", "web-1: begun", "web-1 exited 1, false"})
			})
		})
	}
}

// TestAttachTellsEndsOnce: all lines and no end twice, however late it is that a
// log is known to have ended.
func TestAttachTellsEndsOnce(t *testing.T) {
	for late := range 8 {
		synctest.Test(t, func(t *testing.T) {
			y := newYard("h1")
			d := dull{Engine: y.engines["h1"], late: time.Duration(late) * 100 * time.Millisecond}
			y.env.Connect = func(hosts.Host) (compose.Engine, error) { return d, nil }
			name := y.run(t, replica{
				host: "h1", service: "web", number: 1, script: "echo begun; exit 1",
				restart: container.RestartPolicy{Name: container.RestartPolicyOnFailure, MaximumRetryCount: 3},
			})
			n := &notes{}
			o := compose.AttachOptions{Project: "shop", Started: []string{name}}
			assert.NilError(t, compose.Attach(t.Context(), y.env, o, n))
			assert.Equal(t, n.said("web-1"), "begun begun begun begun")
			assert.Assert(t, len(n.exits) <= 4, "%v", n.exits)
			for i, e := range n.exits {
				assert.Equal(t, e, compose.Exit{Service: "web", Container: "web-1", Code: 1, Restarting: i < len(n.exits)-1})
			}
		})
	}
}

func TestAttachToUnreadableLog(t *testing.T) {
	y := newYard("h1")
	name := y.run(t, replica{host: "h1", service: "web", number: 1, script: "echo x; sleep 0.2; exit 5"})
	y.engines["h1"].Inject(fake.Fault{Method: "Logs", Kind: fake.Broken, Text: "the log driver keeps none"})
	n := attach(t, y, compose.AttachOptions{Started: []string{name}})
	assert.DeepEqual(t, n.exits, []compose.Exit{{Service: "web", Container: "web-1", Code: 5}})
	assert.Equal(t, len(y.warnings), 1)
	assert.Assert(t, strings.Contains(y.warnings[0], "the log driver keeps none"), y.warnings[0])
}

func TestAttachEndsWithItsContext(t *testing.T) {
	defer goleak.VerifyNone(t)
	y := newYard("h1")
	y.run(t, replica{host: "h1", service: "web", number: 1, script: "serve"})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := compose.Attach(ctx, y.env, compose.AttachOptions{Project: "shop"}, &notes{})
	assert.Assert(t, errors.Is(err, context.DeadlineExceeded))
}
