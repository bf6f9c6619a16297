//go:build e2e

package e2e

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// What waits for a container on another host isn't started when that one is
// unhealthy, and is once it is well.
func TestAnUnhealthyContainerHoldsUpOtherHosts(t *testing.T) {
	l := theLab(t, "20")
	const file = `
services:
  db:
    image: busybox
    command: sleep 1000
    stop_grace_period: 0s
    healthcheck: {test: "%s", interval: 300ms, retries: 2}
    deploy: {placement: {constraints: [node.hostname==h1]}}
  web:
    image: busybox
    command: sleep 1000
    stop_grace_period: 0s
    depends_on: {db: {condition: service_healthy}}
    deploy: {replicas: 2, placement: {constraints: [node.hostname!=h1]}}
`
	p := l.Project(t, fmt.Sprintf(file, "false"))
	for _, up := range [][]string{{"up", "-d"}, {"up", "-d", "--wait"}, {"up"}} {
		failed := p.Try(t, up...)
		assert.Equal(t, failed.Code, 1, "%v: %s", up, failed)
		said := strings.Split(strings.TrimSpace(failed.Stderr), "\n")
		last := said[len(said)-1]
		assert.Assert(t, strings.HasPrefix(last, "host h1: "), last)
		assert.Assert(t, strings.HasSuffix(last, ": dependency failed to start: container "+p.Name+"-db-1 is unhealthy"), last)
		db := p.Replica(t, "db")
		assert.Equal(t, db.Host+" "+db.Health, "h1 unhealthy")
		assert.Equal(t, p.places(t, "web"), "h2 h3")
		for _, r := range p.Replicas(t, "web") {
			assert.Equal(t, r.State, "created")
			began := l.HostNamed(t, r.Host).Docker(t, "inspect", "-f", "{{.State.StartedAt}}", r.Name)
			assert.Equal(t, began, "0001-01-01T00:00:00Z", "it was never started")
		}
	}

	p.Write(t, fmt.Sprintf(file, "true"))
	p.Up(t)
	for _, r := range p.Ps(t) {
		assert.Equal(t, r.State, "running", "%v", r)
	}
}

// Containers that use another's network or volumes are on its host, and use
// those of the one that takes its place.
func TestContainersThatShareAreKeptTogether(t *testing.T) {
	l := theLab(t, "20")
	const file = `
services:
  other: {image: busybox, command: sleep 1000, stop_grace_period: 0s, deploy: {mode: global}}
  app:
    image: busybox
    command: sh -c 'mkdir /w; echo %[1]s >/w/index.html; exec httpd -f -h /w'
    stop_signal: KILL
    volumes: [/shared]
    deploy: {placement: {constraints: [node.hostname==%[2]s]}}
  neighbour: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: "service:app"}
  reader: {image: busybox, command: sleep 1000, stop_grace_period: 0s, volumes_from: [app]}
`
	p := l.Project(t, fmt.Sprintf(file, "first", "h2"))
	// together checks that they are on the host, and share what they should.
	together := func(page, host string) {
		t.Helper()
		app, neighbour, reader := p.Replica(t, "app"), p.Replica(t, "neighbour"), p.Replica(t, "reader")
		for _, r := range []Row{app, neighbour, reader} {
			assert.Equal(t, r.Host+" "+r.State, host+" running", r.Name)
		}
		mode := l.HostNamed(t, host).Docker(t, "inspect", "-f", "{{.HostConfig.NetworkMode}}", neighbour.Name)
		assert.Assert(t, strings.HasPrefix(mode, "container:"+app.ID), mode)
		eventually(t, 5*time.Second, "the neighbour reaches it at localhost", func() error {
			got, err := p.In(t, neighbour, "wget", "-q", "-O", "-", "http://127.0.0.1/")
			if err != nil || strings.TrimSpace(got) != page {
				return fmt.Errorf("%q: %w", got, err)
			}
			return nil
		})
		p.Inside(t, app, "echo "+page+" >>/shared/log")
		assert.Equal(t, p.Inside(t, reader, "tail -n 1 /shared/log"), page)
	}
	p.Up(t)
	together("first", "h2")
	before := p.IDs(t)

	p.Write(t, fmt.Sprintf(file, "second", "h2"))
	p.Up(t)
	together("second", "h2")
	assert.Equal(t, p.Inside(t, p.Replica(t, "reader"), "cat /shared/log"), "first\nsecond", "the volume is the one before")
	after := p.IDs(t)
	for _, service := range []string{"app", "neighbour", "reader"} {
		name := p.Name + "-" + service + "-1"
		assert.Assert(t, before[name] != after[name], "%s is still %s", name, after[name])
	}
	for _, r := range p.Replicas(t, "other") {
		assert.Equal(t, before[r.Name], after[r.Name], r.Name)
	}
	p.Do(t, "down", "-v")
	assert.DeepEqual(t, p.Left(t), []string(nil))
}

// Replicas that stay keep what is in their anonymous volumes. Those of replicas
// that go are left behind, and with down -v only those of the last replicas go.
func TestScaleKeepsAnonymousVolumes(t *testing.T) {
	l := theLab(t, "20")
	const file = `
services:
  web: {image: busybox, command: sleep 1000, stop_grace_period: 0s, volumes: [/data]}
`
	other := l.Project(t, strings.Replace(file, "/data]", "/data, 'named:/named'], deploy: {mode: global}", 1)+"volumes: {named: {}}\n")
	other.Up(t)
	for _, r := range other.Replicas(t, "web") {
		other.Inside(t, r, "echo theirs | tee /data/who > /named/who")
	}
	elsewhere := l.volumes(t)
	t.Cleanup(func() { l.removeVolumesBut(t, elsewhere) })

	p := other.Another(t, file)
	p.Up(t)
	mark := func() {
		for _, r := range p.Replicas(t, "web") {
			p.Inside(t, r, "test -e /data/who || echo "+r.Name+" >/data/who")
		}
	}
	mark()
	p.Do(t, "scale", "web=9")
	mark()
	nine := p.IDs(t)
	assert.Equal(t, len(nine), 9)
	assert.Equal(t, len(hostsOf(p.Replicas(t, "web"))), 3)
	assert.Equal(t, l.countVolumesBut(t, elsewhere), 9)

	p.Do(t, "scale", "web=2")
	two := p.Replicas(t, "web")
	assert.Equal(t, len(two), 2)
	for i, r := range two {
		assert.Equal(t, r.Name, fmt.Sprintf("%s-web-%d", p.Name, i+1))
		assert.Equal(t, r.Host+" "+r.ID, nine[r.Name], "it is the one before")
		assert.Equal(t, p.Inside(t, r, "cat /data/who"), r.Name)
	}
	assert.Equal(t, l.countVolumesBut(t, elsewhere), 9, "what went left its data behind")

	p.Up(t, "--scale", "web=2", "--force-recreate")
	assert.Equal(t, p.Inside(t, p.Replicas(t, "web")[1], "cat /data/who"), p.Name+"-web-2")
	assert.Equal(t, l.countVolumesBut(t, elsewhere), 9)
	p.Up(t, "--scale", "web=2", "--force-recreate", "-V")
	assert.Equal(t, p.Inside(t, p.Replicas(t, "web")[1], "ls /data"), "")
	assert.Equal(t, l.countVolumesBut(t, elsewhere), 11)
	p.Do(t, "down", "-v")
	assert.Equal(t, l.countVolumesBut(t, elsewhere), 9)

	for _, r := range other.Replicas(t, "web") {
		assert.Equal(t, r.State, "running")
		assert.Equal(t, other.Inside(t, r, "cat /data/who /named/who"), "theirs\ntheirs")
	}
}

// volumes are all of the hosts', of any project, as "host name", sorted.
func (l *Lab) volumes(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, h := range l.Hosts() {
		for name := range strings.FieldsSeq(h.Docker(t, "volume", "ls", "-q")) {
			all = append(all, h.name+" "+name)
		}
	}
	slices.Sort(all)
	return all
}

// countVolumesBut is how many there are beside these, all of which must be there.
func (l *Lab) countVolumesBut(t *testing.T, these []string) int {
	t.Helper()
	now := l.volumes(t)
	for _, v := range these {
		assert.Assert(t, slices.Contains(now, v), "%s was another project's, and is gone", v)
	}
	return len(now) - len(these)
}

func (l *Lab) removeVolumesBut(t *testing.T, these []string) {
	t.Helper()
	for _, v := range l.volumes(t) {
		if host, name, _ := strings.Cut(v, " "); !slices.Contains(these, v) {
			_, _ = l.HostNamed(t, host).TryDocker("volume", "rm", "-f", name)
		}
	}
}

// Secrets and configs are read in the containers of other hosts. The engines,
// the processes and what the program says know nothing of them.
func TestNothingTellsOfSecretsAndConfigs(t *testing.T) {
	l := theLab(t, "20")
	hidden := "hidden" + rand.Text()[:8] + "-" // no other process of this machine has it
	p := l.Project(t, fmt.Sprintf(`
services:
  web:
    image: busybox
    command: sleep 1000
    stop_grace_period: 0s
    deploy: {mode: global}
    volumes: ["data:/data", /anonymous]
    secrets: [typed, filed]
    configs: [{source: written, target: /etc/written}, {source: composed, target: /etc/composed}, {source: kept, target: /etc/kept}]
secrets:
  typed: {environment: TYPED_SECRET}
  filed: {file: ./secret}
configs:
  written: {content: "%swritten"}
  composed: {environment: COMPOSED_CONFIG}
  kept: {file: ./config}
volumes: {data: {}}
`, hidden))
	p.File(t, "secret", hidden+"filed")
	p.File(t, "config", hidden+"kept")
	p.environment = []string{"TYPED_SECRET=" + hidden + "typed", "COMPOSED_CONFIG=" + hidden + "composed"}

	arguments := watchArguments(hidden)
	said := p.Do(t, "--debug", "up", "-d").String()
	assert.Assert(t, is.Contains(said, "h2"), "it tells of requests")
	said += p.Do(t, "--debug", "up", "-d", "--force-recreate").String()
	assert.DeepEqual(t, arguments(), []string(nil))
	assert.Assert(t, !strings.Contains(said, hidden), said)

	replicas := p.Replicas(t, "web")
	assert.Equal(t, len(hostsOf(replicas)), 3)
	for _, r := range replicas {
		assert.Equal(t, p.Inside(t, r, "cd /etc; cat /run/secrets/typed /run/secrets/filed written composed kept"),
			hidden+strings.Join([]string{"typed", "filed", "written", "composed", "kept"}, hidden))
		around := p.Inside(t, r, "env; tr '\\0' '\\n' </proc/1/environ; ps; cat /data/* /anonymous/* /tmp/*; true")
		assert.Assert(t, is.Contains(around, "HOSTNAME="))
		assert.Assert(t, !strings.Contains(around, hidden), around)
		known := p.knownOf(t, r)
		assert.Assert(t, is.Contains(known, p.Name))
		assert.Assert(t, !strings.Contains(known, hidden), known)
	}
}

// knownOf is all that the engine tells of a container and of what belongs to it.
func (p *Project) knownOf(t *testing.T, r Row) string {
	t.Helper()
	h := p.lab.HostNamed(t, r.Host)
	known := h.Docker(t, "inspect", "--size", r.Name) + h.Docker(t, "history", "--no-trunc", "busybox") +
		h.Docker(t, "image", "inspect", "busybox") + h.Docker(t, "top", r.Name, "axeww")
	for _, kind := range []string{"network", "volume"} {
		for id := range strings.FieldsSeq(h.Docker(t, kind, "ls", "-q")) {
			known += h.Docker(t, kind, "inspect", id)
		}
	}
	return known
}

// watchArguments looks for a word in the arguments of all processes of this
// machine, among them those of the hosts, until the returned function is called
// for those that had it.
func watchArguments(word string) func() []string {
	stop, stopped := make(chan struct{}), make(chan []string)
	go func() {
		var seen []string
		for {
			select {
			case <-stop:
				stopped <- seen
				return
			case <-time.After(20 * time.Millisecond):
				seen = append(seen, argumentsWith(word)...)
			}
		}
	}()
	return func() []string {
		close(stop)
		return <-stopped
	}
}

// argumentsWith are those with the word in them that processes have now.
func argumentsWith(word string) []string {
	var with []string
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		if line, err := os.ReadFile(file); err == nil && strings.Contains(string(line), word) {
			with = append(with, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return with
}
