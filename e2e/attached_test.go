//go:build e2e

package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

const attachedFile = `
services:
  db:
    image: alpine
    command: sh -c 'echo db is up; sleep 2; touch /ready; sleep 1000'
    stop_grace_period: 0s
    healthcheck: {test: test -e /ready, interval: 1s, retries: 60}
  web:
    image: alpine
    command: sh -c 'echo web is up; mkdir /w; hostname >/w/index.html; exec httpd -f -h /w'
    depends_on: {db: {condition: service_healthy}}
    ports: ["18090:80"]
    deploy: {mode: global}
    stop_grace_period: 0s
`

// Output shows while others wait, ports answer here, the menu detaches, and a later up attaches and stops.
func TestAttachedUp(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, attachedFile)
		p.Up(t, "--no-start") // joining hosts and pulling take their time
		c := p.Console(t, "up")
		c.shows(t, "db is up")
		assert.Assert(t, !strings.Contains(c.text(), "web is up"), "%q", c.text())
		for _, name := range []string{"web-1", "web-2", "web-3"} {
			eventually(t, 30*time.Second, name+" says so", func() error {
				if !strings.Contains(c.text(), name) || strings.Count(c.text(), "web is up") < 3 {
					return fmt.Errorf("%q", c.text())
				}
				return nil
			})
		}
		eventually(t, 20*time.Second, "the port answers here", func() error {
			_, err := page("http://127.0.0.1:18090/")
			return err
		})
		c.shows(t, "Detach")
		c.types(t, "d")
		assert.Equal(t, c.ends(t), 0)
		for _, r := range p.Ps(t) {
			assert.Equal(t, r.State, "running", "%v", r)
		}

		c = p.Console(t, "up")
		c.shows(t, "Attaching to db-1, web-1, web-2, web-3")
		c.types(t, ctrlC)
		c.shows(t, "Gracefully Stopping... press Ctrl+C again to force")
		assert.Equal(t, c.ends(t), 130)
		for _, r := range p.Ps(t) {
			assert.Equal(t, r.State, "exited", "%v", r)
		}
	})
}

// Ctrl-C runs the hooks of all replicas before they stop. Once more kills what won't end, whatever its hook does.
func TestAttachedUpInterrupted(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  web:
    image: busybox
    command: sh -c 'echo ready; exec sleep 1000'
    deploy: {mode: global}
    stop_grace_period: 0s
    pre_stop: [{command: echo farewell}]
`)
		c := p.Console(t, "up", "--menu=false")
		c.showsTimes(t, 3, "ready")
		c.types(t, ctrlC)
		assert.Equal(t, c.ends(t), 130)
		assert.Equal(t, strings.Count(c.text(), "farewell"), 3, "%q", c.text())
		for _, r := range p.Ps(t) {
			assert.Equal(t, r.State, "exited", "%v", r)
		}

		p = l.Project(t, `
services:
  stays:
    image: busybox
    command: sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done'
    deploy: {mode: global}
    stop_grace_period: 10m
    pre_stop: [{command: sh -c 'echo leaving; sleep 1000'}]
`)
		c = p.Console(t, "up", "--menu=false")
		c.showsTimes(t, 3, "ready")
		c.types(t, ctrlC)
		c.showsTimes(t, 3, "leaving")
		c.types(t, ctrlC)
		assert.Equal(t, c.ends(t), 130)
		for _, r := range p.Ps(t) {
			assert.Equal(t, r.State, "exited", "%v", r)
		}
	})
}

// A host that is lost leaves a line, and the output of the others goes on. Where it
// is back its own goes on, too, and no line is missing.
func TestAttachedUpLosesAHost(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  ticker:
    image: busybox
    command: sh -c 'i=0; while :; do i=$$((i+1)); echo $$i; sleep 1; done'
    deploy: {mode: global}
    stop_grace_period: 0s
`)
		c := p.Console(t, "up", "--menu=false", "--no-color")
		for _, name := range []string{"ticker-1  | ", "ticker-2  | ", "ticker-3  | "} {
			c.shows(t, name)
		}
		says := func(text string) {
			eventually(t, 2*time.Minute, text, func() error {
				if !strings.Contains(c.text(), text) {
					return fmt.Errorf("%q", c.text())
				}
				return nil
			})
		}
		l.Host(1).Cut(t)
		says("host h1 is out of reach")
		others := len(c.numbers("ticker-2")) + len(c.numbers("ticker-3"))
		eventually(t, time.Minute, "the others go on", func() error {
			if now := len(c.numbers("ticker-2")) + len(c.numbers("ticker-3")); now < others+4 {
				return fmt.Errorf("%d lines after %d", now, others)
			}
			return nil
		})
		l.Host(1).Heal(t)
		says("host h1 answers again; its output goes on")
		cut := len(c.numbers("ticker-1"))
		eventually(t, time.Minute, "its output goes on", func() error {
			if now := len(c.numbers("ticker-1")); now < cut+2 {
				return fmt.Errorf("%d lines after %d", now, cut)
			}
			return nil
		})
		for i, n := range c.numbers("ticker-1") {
			assert.Equal(t, n, i+1, "%q", c.text())
		}
		assert.Equal(t, strings.Count(c.text(), "out of reach"), 1)

		l.Host(2).Kill(t)
		says("host h2 is out of reach")
		l.Host(2).Start(t)
		says("host h2 answers again; its output goes on")
		says("ticker-2 exited with code")
		c.types(t, ctrlC)
		assert.Equal(t, c.ends(t), 130)
	})
}

// numbers are what a replica has written, line by line.
func (c *Console) numbers(replica string) []int {
	var all []int
	for line := range strings.Lines(c.text()) {
		text, ok := strings.CutPrefix(line, replica+"  | ")
		if n, err := strconv.Atoi(strings.TrimSpace(text)); ok && err == nil {
			all = append(all, n)
		}
	}
	return all
}
