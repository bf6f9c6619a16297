//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// A service with a health check, and a plain client on each host, which asks all
// the time: one lookup, the first address, one request, and no second try. What
// fails is in the client's log.
const servedThroughout = `
services:
  web:
    image: python:3-alpine
    command:
      - python
      - -uc
      - |
        import http.server, signal, threading
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"ok")
            def log_message(self, *a): pass
        server = http.server.ThreadingHTTPServer(("", 80), Handler)
        signal.signal(signal.SIGTERM, lambda *a: threading.Thread(target=server.shutdown).start())
        server.serve_forever()
    healthcheck: {test: [CMD, python, -c, "import urllib.request; urllib.request.urlopen('http://127.0.0.1/')"], interval: 1s, retries: 30}
    deploy: {replicas: 3}
  client:
    image: python:3-alpine
    stop_signal: KILL
    command:
      - python
      - -uc
      - |
        import socket, time, urllib.request
        def ask():
            address = socket.getaddrinfo("web", 80, type=socket.SOCK_STREAM)[0][4][0]
            urllib.request.urlopen("http://%s/" % address, timeout=60).read()
        asked = 0
        while True:
            try:
                ask()
            except Exception as e:
                print("failed", e)
            asked += 1
            if asked % 5 == 0: print("asked", asked)
            time.sleep(0.2)
    depends_on: {web: {condition: service_healthy}}
    deploy: {mode: global}
`

func TestAServiceAnswersWhileItsHostIsDrained(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, servedThroughout)
		p.Up(t)
		t.Cleanup(func() { p.Try(t, "hosts", "activate", "h1", "h2", "h3") })
		p.keepsAsking(t)

		p.Do(t, "hosts", "drain", "h2")
		assert.Assert(t, !hostsOf(p.Replicas(t, "web"))["h2"], "web is still on h2: %v", p.Replicas(t, "web"))
		assert.Equal(t, len(p.Replicas(t, "web")), 3)
		p.keepsAsking(t)

		p.Do(t, "hosts", "activate", "h2")
		p.Up(t) // the client of h2 comes back
		p.Do(t, "rebalance", "-y")
		assert.Equal(t, len(hostsOf(p.Replicas(t, "web"))), 3, "after rebalance: %v", p.Replicas(t, "web"))
		assert.Assert(t, strings.Contains(p.Do(t, "rebalance", "-y").Stderr, "No move is a gain"))
		p.keepsAsking(t)

		for line := range strings.Lines(p.Do(t, "logs", "client").Stdout) {
			assert.Assert(t, !strings.Contains(line, "failed"), "%s", line)
		}
	})
}

func TestNothingNewIsPlacedOnADrainedHost(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, "services:\n  web:"+webServer+"\n    deploy: {replicas: 3}\n")
		p.Up(t)
		t.Cleanup(func() { p.Try(t, "hosts", "activate", "h2") })
		p.Do(t, "hosts", "drain", "h2")
		p.Up(t, "--scale", "web=5")
		assert.Equal(t, len(p.Replicas(t, "web")), 5)
		assert.Assert(t, !hostsOf(p.Replicas(t, "web"))["h2"], "web was placed on h2")
	})
}

// keepsAsking waits until some client has asked a few times more.
func (p *Project) keepsAsking(t *testing.T) {
	t.Helper()
	asked := func() int { return strings.Count(p.Do(t, "logs", "client").Stdout, "asked") }
	before := asked()
	eventually(t, time.Minute, "the clients ask", func() error {
		if now := asked(); now < before+6 {
			return fmt.Errorf("%d lines after %d", now, before)
		}
		return nil
	})
}

func TestAnInterruptedDrainIsFinishedByTheNextOne(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, "services:\n  web:"+webServer+"\n    deploy: {replicas: 6}\n")
		p.Up(t)
		t.Cleanup(func() { p.Try(t, "hosts", "activate", "h1") })

		p.killed(t, 4, "hosts", "drain", "h1")
		p.Do(t, "hosts", "drain", "h1")
		web := p.Replicas(t, "web")
		assert.Equal(t, len(web), 6, "%v", web)
		assert.Assert(t, !hostsOf(web)["h1"], "%v", web)
		p.Do(t, "plan", "--detailed-exitcode")

		p.Do(t, "hosts", "activate", "h1")
		p.Do(t, "rebalance", "-y")
		assert.Equal(t, len(hostsOf(p.Replicas(t, "web"))), 3)
	})
}

func TestRebalanceAfterAHostIsAdded(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, "services:\n  web:"+webServer+"\n    deploy: {replicas: 6}\n"+
			"  db: {image: busybox, command: sleep 1000, stop_signal: KILL, scale: 3, volumes: [\"data:/data\"]}\n"+
			"volumes: {data: {}}\n")
		p.without(t, "h3")
		p.Up(t)
		assert.Equal(t, p.places(t, "web"), "h1 h1 h1 h2 h2 h2")
		volume := p.places(t, "db")[:2]

		p.environment = nil // h3 comes
		p.Up(t)             // what runs stays
		assert.Equal(t, p.places(t, "web"), "h1 h1 h1 h2 h2 h2")
		p.Do(t, "rebalance", "-y", "--max-moves", "1")
		assert.Equal(t, strings.Count(p.places(t, "web"), "h3"), 1)
		told := p.Do(t, "rebalance", "-y").Stdout
		assert.Assert(t, strings.Contains(told, "db stays on "+volume+": volume "+p.Name+"_data is there"), "%s", told)
		assert.Equal(t, p.places(t, "web"), "h1 h1 h2 h2 h3 h3")
		assert.Assert(t, strings.Contains(p.Do(t, "rebalance", "-y").Stderr, "No move is a gain"))
	})
}

// without leaves a host out of the pool of this project.
func (p *Project) without(t *testing.T, host string) {
	t.Helper()
	lines := slices.DeleteFunc(strings.SplitAfter(p.lab.must(t, "config", "tls", "ssh"), "\n"), func(line string) bool {
		return strings.Contains(line, "{name: "+host+",")
	})
	file := filepath.Join(p.lab.home, p.Name+".yaml") // beside the key of the network
	assert.NilError(t, os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600))
	p.environment = append(p.environment, "CLOCKER_CONFIG="+file)
}
