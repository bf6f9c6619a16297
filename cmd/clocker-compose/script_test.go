package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/remote/remotetest"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/buildkit"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// poolVariable is the folder of the fake engines of a script.
const poolVariable = "FAKE_POOL"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"clocker-compose": func() { os.Exit(runOverFakes(os.Args)) },
		"docker-clocker":  func() { os.Exit(runOverFakes(os.Args)) },
		"docker-compose":  func() { os.Exit(runOverFakes(os.Args)) },
	})
}

// runOverFakes is main, with engines that are files.
func runOverFakes(args []string) int {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	dir, _ := os.Getwd()
	return run(context.Background(), process{
		args: args, environ: os.Environ(), dir: dir, in: os.Stdin, out: os.Stdout, err: os.Stderr,
		signals: signals, watch: watchSystem, exit: os.Exit, now: time.Now,
	}, fakes(os.Getenv(poolVariable)))
}

// fakes is a wiring whose engines are files in a folder.
func fakes(dir string) wiring {
	return wiring{
		current: docker.Current,
		open: func(h hosts.Host, _ docker.Options) (engine, error) {
			pool, err := fake.Open(dir)
			if err != nil {
				return nil, err
			}
			if h.Machine != nil {
				return declared{pool.Cloud().Engine(h), h}, nil
			}
			return declared{pool.Engine(h), h}, nil
		},
		builder: func(_ hosts.Host, e engine, o buildkit.Options) (compose.ImageBuilder, error) {
			return finder{e.(declared), o}, nil
		},
		fabric:    func(o fabricOptions) (fabric, error) { return pretended{o}, nil },
		providers: []hosts.ProviderKind{fakeKind(dir)},
		boot:      pretendToJoin,
		program:   func(hosts.Platform) ([]byte, error) { return []byte("a program for tests"), nil },
	}
}

// finder looks for a builder that a build names, as the real one does, and then
// has the fake engine build.
type finder struct {
	declared
	o buildkit.Options
}

func (f finder) Build(ctx context.Context, spec hosts.BuildSpec, progress func(hosts.BuildProgress)) (string, error) {
	if spec.Builder != "" {
		if _, err := f.o.Own(ctx, spec.Builder, spec.Platforms, nil); err != nil {
			return "", err
		}
	}
	return f.declared.Build(ctx, spec, progress)
}

// declared is a fake engine that is reached as the caller says, whatever the
// file says that made it.
type declared struct {
	*fake.Engine
	host hosts.Host
}

// RunShell answers with what a file of the pool has ready for the host: under
// the mode where the command is the script of a join, under "command" else.
func (d declared) RunShell(_ context.Context, command string, s hosts.ShellStreams) (int, error) {
	name := "command"
	if _, mode, ok := strings.Cut(command, "exec sh -s -- "); ok {
		name, _, _ = strings.Cut(mode, " ")
	}
	answer, err := os.ReadFile(filepath.Join(os.Getenv(poolVariable), "shell", d.host.Name+"."+name))
	if errors.Is(err, os.ErrNotExist) {
		return 0, &hosts.Error{Host: d.host.Name, Op: "run a command", Err: errors.ErrUnsupported}
	}
	if name == "command" {
		fmt.Fprintf(s.Out, "%s\n", command)
	}
	_, _ = s.Out.Write(answer)
	return strings.Count(string(answer), "fault\t"), err
}

func (d declared) Reconnect(context.Context) error { return nil }

func (d declared) Observe(ctx context.Context) (hosts.Observation, error) {
	o, err := d.Engine.Observe(ctx)
	h := d.host
	o.Host.Location, o.Host.Endpoint, o.Host.Address, o.Host.Labels, o.Host.Machine = h.Location, h.Endpoint, h.Address, h.Labels, h.Machine
	return o, err
}

// pretended is a fabric that is its driver alone.
type pretended struct{ fabricOptions }

func (f pretended) Joined(o hosts.Observation) bool {
	return slices.Contains(o.Host.Drivers, hosts.FabricDriver)
}

func (f pretended) Refuses(hosts.Observation) string { return "" }

func (f pretended) Withhold(context.Context, hosts.Host, string, time.Duration) (time.Duration, error) {
	return 0, nil
}

func (f pretended) Join(ctx context.Context, host hosts.Host, _ []string) error {
	e, err := f.connect(host)
	if err != nil {
		return err
	}
	if o, err := e.Observe(ctx); err != nil || f.Joined(o) {
		return err // one that has joined is told of its peers again
	}
	if _, err := e.Plugin(ctx, hosts.FabricDriver); errors.Is(err, hosts.ErrNotFound) {
		if err := e.InstallPlugin(ctx, hosts.FabricDriver, pluginTar()); err != nil && !errors.Is(err, hosts.ErrConflict) {
			return err
		}
	} else if err != nil {
		return err
	}
	// One that a run which was killed has installed, too; another run may be faster.
	if err := e.EnablePlugin(ctx, hosts.FabricDriver); !errors.Is(err, hosts.ErrConflict) {
		return err
	}
	return nil
}

func (f pretended) Leave(ctx context.Context, host hosts.Host, _ []hosts.Host) error {
	e, err := f.connect(host)
	if err != nil {
		return err
	}
	return errors.Join(e.DisablePlugin(ctx, hosts.FabricDriver, true), e.RemovePlugin(ctx, hosts.FabricDriver, true))
}

func pluginTar() io.Reader {
	const config = `{"Description":"a driver for tests"}`
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	_ = w.WriteHeader(&tar.Header{Name: "config.json", Mode: 0o644, Size: int64(len(config))})
	_, _ = w.Write([]byte(config))
	_ = w.Close()
	return &b
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"publish": publish, "hostile": hostile, "fault": fault, "heal": heal, "calls": calls, "sed": sed,
			"registry": registry, "gitserver": gitServer,
			"await": await, "use": use, "refused": refused, "sparse": sparse, "cloud": cloud,
		},
		Condition: condition,
	})
}

// setUp gives each script a home, a config file at config/clocker/config.yaml,
// a pool of its own, the folder of the plugins in BIN, and that of the
// documentation's examples in EXAMPLES.
func setUp(env *testscript.Env) error {
	env.Setenv("HOME", env.WorkDir+"/home")
	env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
	env.Setenv(poolVariable, env.WorkDir+"/pool")
	env.Setenv("DOCKER_CONFIG", env.WorkDir+"/home/.docker")
	env.Setenv("GORACE", "atexit_sleep_ms=10") // the race detector lets each command sleep for a second at its end
	bin, err := exec.LookPath("docker-clocker")
	if err != nil {
		return err
	}
	env.Setenv("BIN", filepath.Dir(bin))
	examples, err := filepath.Abs("../../docs/examples")
	if err != nil {
		return err
	}
	env.Setenv("EXAMPLES", examples)
	return os.MkdirAll(env.WorkDir+"/home", 0o755)
}

// registry starts a registry of artifacts, whose HOST:PORT is in REGISTRY.
func registry(ts *testscript.TestScript, _ bool, _ []string) {
	r := remotetest.NewRegistry()
	ts.Defer(r.Close)
	ts.Setenv("REGISTRY", r.Host())
}

// gitServer serves a repository with the files, whose address is in REPOSITORY.
func gitServer(ts *testscript.TestScript, _ bool, names []string) {
	files := map[string]string{}
	for _, name := range names {
		files[name] = ts.ReadFile(name)
	}
	g, err := remotetest.NewGit(ts.MkAbs("git"), files)
	ts.Check(err)
	ts.Defer(g.Close)
	ts.Setenv("REPOSITORY", g.Address())
}

// engineOf is the fake engine of a host of the script's config file, or of the
// current context where the file has none of that name.
func engineOf(ts *testscript.TestScript, name string) *fake.Engine {
	pool, err := fake.Open(ts.Getenv(poolVariable))
	ts.Check(err)
	config, err := project.ReadConfig(filepath.Join(ts.Getenv("XDG_CONFIG_HOME"), "clocker", "config.yaml"))
	ts.Check(err)
	for _, h := range allHosts(config.Locations) {
		if h.Name == name {
			return pool.Engine(h)
		}
	}
	return pool.Engine(hosts.Host{Name: name})
}

// publish HOST IMAGE... puts images into the registry that the host pulls from.
func publish(ts *testscript.TestScript, _ bool, args []string) {
	engineOf(ts, args[0]).Publish(args[1:]...)
}

// fault HOST METHOD KIND [TEXT] makes calls fail; KIND may be a delay.
func fault(ts *testscript.TestScript, _ bool, args []string) {
	f := fake.Fault{Method: args[1], Kind: fake.FaultKind(args[2])}
	if args[1] == "any" {
		f.Method = ""
	}
	if delay, err := time.ParseDuration(args[2]); err == nil {
		f.Kind, f.Delay = "", delay
	}
	if len(args) > 3 {
		f.Text = strings.ReplaceAll(args[3], "ESC", "\x1b")
	}
	engineOf(ts, args[0]).Inject(f)
}

// hostile HOST runs a container of project shop whose labels and output want to
// drive the terminal.
func hostile(ts *testscript.TestScript, _ bool, args []string) {
	const evil = "\x1b]0;owned\x07\x1b[2J\u009b2J"
	ctx := context.Background()
	e := engineOf(ts, args[0])
	e.Load("busybox")
	_, err := e.CreateContainer(ctx, hosts.ContainerSpec{
		Name: "hostile" + evil,
		Config: &container.Config{Image: "busybox", Cmd: []string{"sh", "-c", "echo " + evil + "; serve"}, Labels: map[string]string{
			hosts.LabelProject: "shop", hosts.LabelService: "web" + evil, hosts.LabelOneoff: "False",
			hosts.LabelConfigHash: "none", hosts.LabelConfigFiles: "/files" + evil, hosts.LabelContainerNumber: evil, "label" + evil: evil,
		}},
		HostConfig: &container.HostConfig{Binds: []string{"data" + evil + ":/data"}},
	})
	ts.Check(err)
	ts.Check(e.StartContainer(ctx, "hostile"+evil))
	ts.Check(e.CreateVolume(ctx, hosts.VolumeSpec{
		Name: "shop_data" + evil, Labels: map[string]string{hosts.LabelProject: "shop", "label" + evil: evil},
	}))
}

// heal HOST takes all faults away.
func heal(ts *testscript.TestScript, _ bool, args []string) { engineOf(ts, args[0]).Heal() }

// calls HOST METHOD N checks how often a method was called.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	n := callsOf(engineOf(ts, args[0]), args[1])
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	if (n == want) == neg {
		ts.Fatalf("host %s: %s was called %d times", args[0], args[1], n)
	}
}

// await HOST METHOD waits until a method is called, by a command in the background.
func await(ts *testscript.TestScript, _ bool, args []string) {
	e := engineOf(ts, args[0])
	for deadline := time.Now().Add(time.Minute); callsOf(e, args[1]) == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("host %s: %s isn't called", args[0], args[1])
		}
	}
}

func callsOf(e *fake.Engine, method string) (n int) {
	for _, c := range e.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

// sed OLD NEW FILE replaces a text in a file.
func sed(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[2])
	content, err := os.ReadFile(path)
	ts.Check(err)
	if !bytes.Contains(content, []byte(args[0])) {
		ts.Fatalf("%s has no %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(path, bytes.ReplaceAll(content, []byte(args[0]), []byte(args[1])), 0o644))
}

// condition [docker-client] tells whether Docker's own client is installed,
// [root] whether the test may open all files.
func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Getuid() == 0, nil
	case "docker-client":
	default:
		return false, fmt.Errorf("unknown condition %s", name)
	}
	_, err := os.Stat("/usr/local/bin/docker")
	if err != nil {
		_, err = os.Stat("/usr/bin/docker")
	}
	return err == nil, nil
}

// use HOST CPU MEMORY is what a meter on the host reads: parts of all CPUs and
// of 8 GiB, and 20 of 50 GB of its disk free. AGE, a duration, is optional.
func use(ts *testscript.TestScript, _ bool, args []string) {
	cpu, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	memory, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	u := hosts.Use{CPU: cpu, MemoryBytes: int64(memory * (8 << 30)), Window: 30 * time.Second, Disk: hosts.Disk{TotalBytes: 50e9, FreeBytes: 20e9}}
	if len(args) > 3 {
		u.Age, err = time.ParseDuration(args[3])
		ts.Check(err)
	}
	engineOf(ts, args[0]).SetUse(&u)
}
