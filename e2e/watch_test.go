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

// A change in a tree of 20,000 files reaches the replicas on three hosts, two over TLS and one over SSH, in less than a
// second, a third of which is the time for which nothing may have changed.
func TestWatchReachesThreeHosts(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  web:
    image: busybox
    command: sleep 1000
    stop_grace_period: 0s
    deploy: {mode: global}
    develop: {watch: [{path: src, action: sync, target: /app}]}
`)
		for folder := range 200 {
			for file := range 100 {
				p.File(t, fmt.Sprintf("src/%d/%d.txt", folder, file), "old")
			}
		}
		c := p.Console(t, "watch")
		c.shows(t, "Watch enabled")
		replicas := p.Replicas(t, "web")
		assert.Equal(t, len(replicas), 3)
		var took []time.Duration
		for round := range 7 {
			text := fmt.Sprintf("round %d", round)
			took = append(took, p.reaches(t, replicas, "src/123/45.txt", "/app/123/45.txt", text))
		}
		slices.Sort(took)
		t.Logf("a change takes %v", took)
		assert.Assert(t, took[len(took)/2] < time.Second, "a change takes %v", took)

		assert.NilError(t, os.RemoveAll(filepath.Join(p.folder, "src/123")))
		for _, r := range replicas {
			eventually(t, 10*time.Second, "what is gone goes", func() error {
				if out := p.Inside(t, r, "ls /app"); out != "" {
					return fmt.Errorf("%s", out)
				}
				return nil
			})
		}
		c.types(t, ctrlC)
		assert.Equal(t, c.ends(t), 130)
	})
}

// reaches writes a file, and returns the time until all replicas have it.
func (p *Project) reaches(t *testing.T, replicas []Row, file, inside, text string) time.Duration {
	t.Helper()
	ready, ended := make(chan struct{}, len(replicas)), make(chan error, len(replicas))
	for _, r := range replicas {
		go func() {
			ready <- struct{}{}
			script := fmt.Sprintf("until grep -q %q %s 2>/dev/null; do usleep 10000; done", text, inside)
			_, err := p.In(t, r, "timeout", "20", "sh", "-c", script)
			ended <- err
		}()
	}
	for range replicas {
		<-ready
	}
	time.Sleep(time.Second) // until they look
	began := time.Now()
	p.File(t, file, text)
	for range replicas {
		assert.NilError(t, <-ended)
	}
	return time.Since(began)
}

// What is mounted from the project follows it while it is watched, without a develop section, and the next up knows.
func TestWatchShipsWhatIsMounted(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  web:
    image: busybox
    command: sleep 1000
    stop_grace_period: 0s
    deploy: {mode: global}
    volumes: [./site:/site:ro, ./app.conf:/etc/app.conf]
`)
		p.File(t, "site/index.html", "first")
		p.File(t, "app.conf", "one")
		c := p.Console(t, "up", "--watch", "--menu=false")
		c.shows(t, "Watch enabled")
		eventually(t, 30*time.Second, "all run", func() error {
			if n := len(p.Replicas(t, "web")); n != 3 {
				return fmt.Errorf("%d replicas", n)
			}
			return nil
		})
		p.File(t, "site/index.html", "second")
		p.File(t, "app.conf", "two")
		for _, r := range p.Replicas(t, "web") {
			eventually(t, 20*time.Second, "they have it", func() error {
				out, err := p.In(t, r, "cat", "/site/index.html", "/etc/app.conf")
				if err != nil || strings.TrimSpace(out) != "secondtwo" {
					return fmt.Errorf("%s: %w", out, err)
				}
				return nil
			})
		}
		c.types(t, ctrlC)
		assert.Equal(t, c.ends(t), 130)
		plan := p.Do(t, "plan").Stdout
		assert.Assert(t, !strings.Contains(plan, "site"), "it is known to have arrived: %s", plan)
	})
}
