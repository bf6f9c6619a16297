package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/buildkit"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// spitefulLines are lines of each command that a terminal is watched at; what is tried by more than one
// line has several. None of them shows what containers write.
func spitefulLines() map[string][]string {
	return map[string][]string{
		"alpha generate":  {"alpha generate --project made"},
		"alpha viz":       {"alpha viz"},
		"apply":           {"apply ../saved.json"},
		"attach":          {"attach --index 9 web", "attach job"},
		"build":           {"build", "build --no-cache"},
		"commit":          {"commit web made"},
		"completion":      {"completion bash"},
		"config":          {"config"},
		"convert":         {"convert"},
		"cp":              {"cp web:/data .", "cp compose.yaml web:/data", "cp web:/nothing ."},
		"create":          {"create --force-recreate"},
		"down":            {"down -v --remove-orphans", "down --rmi all"},
		"events":          {"events --since 1h --until 0s", "events --since 1h --until 0s --json"},
		"exec":            {"exec -d web true", "exec --index 9 web true"},
		"export":          {"export -o ../exported.tar web"},
		"forward":         {"forward"},
		"hosts activate":  {"hosts activate h1"},
		"hosts add":       {"hosts add tcp://192.0.2.7:2375 --name h7 --location here"},
		"hosts autoscale": {"hosts autoscale"},
		"hosts certs":     {"hosts certs 192.0.2.7"},
		"hosts create":    {"hosts create here -y"},
		"hosts doctor":    {"hosts doctor", "hosts doctor --format json"},
		"hosts drain":     {"hosts drain h1 -y"},
		"hosts exec":      {"hosts exec h1 h2 -- uptime", "--dry-run hosts exec h1 uptime"},
		"hosts inspect":   {"hosts inspect", "hosts inspect h1"},
		"hosts ls":        {"hosts ls", "hosts ls --format json"},
		"hosts prune":     {"hosts prune -y", "--dry-run hosts prune"},
		"hosts rm":        {"hosts rm h2"},
		"hosts scale":     {"hosts scale here=2"},
		"hosts snapshot":  {"hosts snapshot"},
		"hosts ssh":       {"--dry-run hosts ssh h1"},
		"images":          {"images", "images --format json", "images -q"},
		"kill":            {"kill"},
		"logs":            {"logs --index 9 web"},
		"ls":              {"ls", "ls -a --format json", "ls -q"},
		"pause":           {"pause"},
		"plan":            {"plan", "plan --explain", "plan --force-recreate --remove-orphans", "plan --format json"},
		"port":            {"port web 80", "port --index 9 web 80"},
		"ps":              {"ps", "ps -a --no-trunc", "ps --format json", "ps --format {{.Labels}}{{.Mounts}}{{.Networks}}{{.Ports}}{{.Status}}", "ps --services", "ps -q"},
		"publish":         {"publish -y 127.0.0.1:1/made"},
		"pull":            {"pull"},
		"push":            {"push"},
		"rebalance":       {"rebalance -y"},
		"restart":         {"restart"},
		"rm":              {"rm -f -s -v"},
		"run":             {"run --rm -d web true"},
		"scale":           {"scale web=4"},
		"start":           {"start"},
		"stats":           {"stats --no-stream", "stats --no-stream --format json", "stats --no-stream -a"},
		"stop":            {"stop"},
		"top":             {"top"},
		"unpause":         {"unpause"},
		"up":              {"up -d", "up -d --force-recreate --remove-orphans", "up -d --build"},
		"version":         {"version"},
		"volumes":         {"volumes", "volumes --format json", "volumes -q"},
		"wait":            {"wait job"},
		"watch":           {"watch --no-up"},
	}
}

// TestEscapes: whatever engines say, in names, labels, states, progress, archives and
// errors, no command lets it drive the terminal.
func TestEscapes(t *testing.T) {
	lines := spitefulLines()
	var walk func(prefix string, commands []*cli.Command)
	walk = func(prefix string, commands []*cli.Command) {
		for _, c := range commands {
			if name := prefix + c.Name; len(c.Subcommands) > 0 {
				walk(name+" ", c.Subcommands)
			} else if c.Name != "help" && !strings.HasPrefix(c.Name, "__") {
				assert.Check(t, len(lines[name]) > 0, "no line of %s", name)
			}
		}
	}
	walk("", newApp(testSession()).Commands)
	ready := newSpitefulPool(t)
	for name, tried := range lines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, line := range tried {
				said := ready.tells(t, line)
				if slices.Contains([]string{"ps", "ls", "top", "stats --no-stream", "images", "volumes", "hosts ls", "hosts snapshot"}, line) {
					assert.Check(t, strings.Contains(said, "owned"), "nothing spiteful in %s:\n%s", line, said)
				}
			}
		})
	}
}

// spitefulPool is a project that runs on two hosts whose engines are spiteful.
type spitefulPool struct{ dir string }

func newSpitefulPool(t *testing.T) spitefulPool {
	t.Helper()
	p := spitefulPool{t.TempDir()}
	for file, content := range map[string]string{
		"config.yaml": "locations: {here: {hosts: [{name: h1, endpoint: 'tcp://192.0.2.1:2375'}, {name: h2, endpoint: 'tcp://192.0.2.2:2375'}]}}\n",
		"shop/compose.yaml": `name: shop
services:
  web:
    image: base
    command: serve
    ports: ["80"]
    deploy: {replicas: 2}
    volumes: ["data:/data"]
    develop: {watch: [{path: ., action: sync, target: /data}]}
  job: {build: ., depends_on: [web]}
volumes: {data: {}}
`,
		"shop/Dockerfile": "FROM base\nRUN true\n",
	} {
		path := filepath.Join(p.dir, file)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	for _, name := range []string{"h1", "h2"} {
		p.engine(name).Publish("base", "shop-job")
	}
	honest := fakes(p.pool())
	for _, line := range []string{"up -d", "plan --force-recreate --out ../saved.json"} {
		said, code := p.run(t.Context(), line, honest)
		assert.Equal(t, code, 0, said)
	}
	for _, name := range []string{"h1", "h2"} {
		p.rename(t, p.engine(name))
	}
	return p
}

func (p spitefulPool) pool() string { return filepath.Join(p.dir, "pool") }

func (p spitefulPool) engine(name string) *fake.Engine {
	pool, err := fake.Open(p.pool())
	if err != nil {
		panic(err)
	}
	return pool.Engine(hosts.Host{Name: name})
}

// rename gives what a host has spiteful names, and adds a volume and an image of such.
func (p spitefulPool) rename(t *testing.T, e *fake.Engine) {
	t.Helper()
	o, err := e.Observe(t.Context())
	assert.NilError(t, err)
	for _, c := range o.Containers {
		if c.Labels[hosts.LabelProject] == "shop" {
			assert.NilError(t, e.RenameContainer(t.Context(), c.ID, c.Name+spite))
		}
	}
	assert.NilError(t, e.CreateVolume(t.Context(), hosts.VolumeSpec{Name: "shop_data" + spite, Labels: map[string]string{hosts.LabelProject: "shop"}}))
	e.Load("image" + spite)
}

// fail makes all calls fail but those that tell what is there.
func (p spitefulPool) fail() {
	all := reflect.TypeFor[engine]()
	for i := range all.NumMethod() {
		name := all.Method(i).Name
		if slices.Contains([]string{"Observe", "ObserveContainers", "Volumes", "ClaimVolume", "Close"}, name) {
			continue
		}
		for _, host := range []string{"h1", "h2"} {
			p.engine(host).Inject(fake.Fault{Method: name, Kind: fake.Broken, Text: "broken" + spite})
		}
	}
}

// lose makes a host go away.
func (p spitefulPool) lose() {
	p.engine("h2").Inject(fake.Fault{Kind: fake.Unreachable, Text: spite})
}

// tells runs a line on copies of the pool, piped and on a terminal, where calls fail
// and where a host is away, and checks what it says.
func (p spitefulPool) tells(t *testing.T, line string) string {
	t.Helper()
	var all string
	for _, try := range []struct {
		look string
		harm func(spitefulPool)
	}{
		{"", func(spitefulPool) {}},
		{"--ansi always --progress tty ", func(spitefulPool) {}},
		{"--progress json ", spitefulPool.fail},
		{"", spitefulPool.lose},
	} {
		one := spitefulPool{t.TempDir()}
		assert.NilError(t, os.CopyFS(one.dir, os.DirFS(p.dir)))
		try.harm(one)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // some go on for ever
		said, _ := one.run(ctx, try.look+line, one.wiring())
		cancel()
		assert.Check(t, len(driven(said)) == 0, "%q says %q", said, driven(said))
		all += said
	}
	return all
}

func (p spitefulPool) wiring() wiring {
	w := fakes(p.pool())
	honest := w.open
	w.open = func(h hosts.Host, o docker.Options) (engine, error) {
		e, err := honest(h, o)
		return spiteful{e.(declared)}, err
	}
	w.builder = func(_ hosts.Host, e engine, _ buildkit.Options) (compose.ImageBuilder, error) {
		return e.(spiteful), nil
	}
	return w
}

func (p spitefulPool) run(ctx context.Context, line string, w wiring) (said string, code int) {
	var out bytes.Buffer
	code = run(ctx, process{
		args: append([]string{programName}, strings.Fields(line)...), dir: filepath.Join(p.dir, "shop"),
		in: strings.NewReader(""), out: &out, err: &out, watch: watchSystem,
		environ: []string{"HOME=" + p.dir, "CLOCKER_CONFIG=" + filepath.Join(p.dir, "config.yaml")},
		exit:    func(int) {}, now: time.Now,
	}, w)
	return fmt.Sprintf("$ %s\n%s", line, out.String()), code
}
