//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// describe gives the hosts what a user would declare of them, for this project.
func (p *Project) describe(t *testing.T, byHost map[string]string) {
	t.Helper()
	config := p.lab.must(t, "config", "tls", "ssh")
	for host, words := range byHost {
		config = strings.Replace(config, "{name: "+host+",", "{name: "+host+", "+words+",", 1)
	}
	file := filepath.Join(p.lab.home, p.Name+".yaml") // beside the key of the network
	assert.NilError(t, os.WriteFile(file, []byte(config), 0o600))
	p.environment = append(p.environment, "CLOCKER_CONFIG="+file)
}

// places are the hosts of a service's replicas, sorted.
func (p *Project) places(t *testing.T, service string) string {
	t.Helper()
	var on []string
	for _, row := range p.Ps(t) {
		if row.Service == service {
			on = append(on, row.Host)
		}
	}
	slices.Sort(on)
	return strings.Join(on, " ")
}

// refused is what is said of a project that can't be placed as a whole.
func (p *Project) refused(t *testing.T, args ...string) string {
	t.Helper()
	r := p.Try(t, args...)
	assert.Assert(t, r.Code != 0, "%s", r)
	return r.Stderr
}

const sleeps = "image: busybox, command: sleep 1000, init: true"

// TestPlacementByWhatHostsAre: labels, an even spread over zones that stays even,
// and devices that are counted.
func TestPlacementByWhatHostsAre(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, fmt.Sprintf(`services:
  db: {%[1]s, deploy: {placement: {constraints: [node.labels.disk==ssd, node.platform.os == linux]}}}
  web: {%[1]s, deploy: {replicas: 4, placement: {preferences: [spread: node.labels.zone]}}}
  tape: {%[1]s, deploy: {replicas: 2, resources: {reservations: {generic_resources: [discrete_resource_spec: {kind: tape, value: 1}]}}}}
  agent: {%[1]s, deploy: {mode: global}, x-clocker: {placement: {strategies: [labels: {zone: b}]}}}
  once: {image: busybox, command: "true", deploy: {mode: global-job}}
`, sleeps))
		p.describe(t, map[string]string{
			"h1": "labels: {zone: a, disk: hdd}", "h2": "labels: {zone: a, disk: hdd}, devices: {tape: 2}", "h3": "labels: {zone: b, disk: ssd}",
		})
		p.Do(t, "up", "-d")
		assert.Check(t, p.places(t, "db") == "h3")
		assert.Check(t, p.places(t, "web") == "h1 h2 h3 h3", "%s", p.places(t, "web"))
		assert.Check(t, p.places(t, "tape") == "h2 h2")
		assert.Check(t, p.places(t, "agent") == "h3")

		p.Do(t, "up", "-d", "--scale", "web=8")
		assert.Check(t, p.places(t, "web") == "h1 h1 h2 h2 h3 h3 h3 h3", "%s", p.places(t, "web"))
		before := p.Do(t, "ps", "-aq", "once").Stdout
		assert.Check(t, strings.Count(before, "\n") == 3, "one on each host: %s", before)
		p.Do(t, "up", "-d", "--scale", "web=8")
		assert.Check(t, p.Do(t, "ps", "-aq", "once").Stdout == before)
		assert.Check(t, p.Do(t, "ps", "-q", "--status", "running", "once").Stdout == "", "a job that is done isn't started again")

		said := p.refused(t, "plan", "--scale", "web=8", "--scale", "tape=3")
		assert.Check(t, strings.Contains(said, "no host for tape-3: 2 of 3 hosts have no tape, 1 lacks tape (need 1, 0 free)"), "%s", said)
	})
}

// TestPlacementByWhatIsThere: reservations, and a host that a service has to
// itself, for other projects too.
func TestPlacementByWhatIsThere(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, fmt.Sprintf("services: {big: {%s, deploy: {replicas: 3, resources: {reservations: {memory: %s}}}}}", sleeps, most(t)))
		p.Do(t, "up", "-d")
		assert.Check(t, p.places(t, "big") == "h1 h2 h3", "%s", p.places(t, "big"))
		said := p.refused(t, "plan", "--scale", "big=4")
		assert.Check(t, strings.Contains(said, "no host for big-4: all 3 hosts lack memory"), "%s", said)
		other := p.Another(t, fmt.Sprintf("services: {big: {%s, deploy: {resources: {reservations: {memory: %s}}}}}", sleeps, most(t)))
		said = other.refused(t, "up", "-d")
		assert.Check(t, strings.Contains(said, "no host for big-1: all 3 hosts lack memory"), "another project's count: %s", said)
		p.Do(t, "down", "-t", "0")

		p = l.Project(t, fmt.Sprintf("services: {db: {%s, x-clocker: {placement: {exclusive: true}}}}", sleeps))
		p.Do(t, "up", "-d")
		alone := p.places(t, "db")
		other = p.Another(t, fmt.Sprintf("services: {web: {%s, deploy: {replicas: 4}}}", sleeps))
		other.Do(t, "up", "-d")
		assert.Check(t, !strings.Contains(other.places(t, "web"), alone), "%s has %s to itself, and web is on %s", p.Name, alone, other.places(t, "web"))
	})
}

// most is more than half of what a host says it has: all have this machine's.
func most(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("/proc/meminfo")
	assert.NilError(t, err)
	var kib int64
	_, err = fmt.Sscanf(string(text), "MemTotal: %d kB", &kib)
	assert.NilError(t, err)
	return fmt.Sprintf("%dk", kib*6/10)
}

// TestPlacementByUse: what the machine really uses is measured, and a busy host is avoided.
func TestPlacementByUse(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, fmt.Sprintf("services: {web: {%s, x-clocker: {placement: {strategies: [lowest-cpu]}}}}", sleeps))
		keepBusy(t)
		t.Cleanup(func() {
			for _, h := range l.Hosts() {
				_, _ = h.TryDocker("rm", "-f", "clocker-meter")
			}
		})
		p.Do(t, "up", "-d")
		for _, use := range p.uses(t) {
			assert.Check(t, use.CPU > 0.5 && use.CPU <= 1 && use.MemoryBytes > 0 && use.Age < time.Minute, "all CPUs are busy: %+v", use)
		}
		p.Do(t, "down", "-t", "0")

		// The lab's hosts are one machine, so the rest is about one that seems busier.
		for i, h := range l.Hosts() {
			seem(t, h, []float64{0.1, 0.97, 0.1}[i])
		}
		p = l.Project(t, fmt.Sprintf("services: {web: {%s, deploy: {replicas: 4}, x-clocker: {placement: {strategies: [maxCpu: 0.8, breadth-first]}}}}", sleeps))
		p.Do(t, "up", "-d")
		assert.Check(t, p.places(t, "web") == "h1 h1 h3 h3", "%s", p.places(t, "web"))
		plan := p.Do(t, "plan", "--scale", "web=5", "--format", "json").Stdout
		assert.Check(t, strings.Contains(plan, "uses 97% of its CPUs (at most 80%, measured "), "%s", plan)
		h2 := l.Host(2)
		h2.Docker(t, "rm", "-f", "clocker-meter")
		plan = p.Do(t, "plan", "--scale", "web=5", "--format", "json").Stdout
		assert.Check(t, strings.Contains(plan, "has no measured use of CPUs"), "%s", plan)
	})
}

// use is what `hosts ls` says of a host.
type use struct {
	CPU         float64
	MemoryBytes int64
	Age         time.Duration
}

func (p *Project) uses(t *testing.T) map[string]use {
	t.Helper()
	all := map[string]use{}
	for line := range strings.Lines(p.Do(t, "hosts", "ls", "--format", "json").Stdout) {
		var h struct {
			Name string
			Use  *use
		}
		assert.NilError(t, json.Unmarshal([]byte(line), &h), "%s", line)
		assert.Assert(t, h.Use != nil, "%s", line)
		all[h.Name] = *h.Use
	}
	assert.Assert(t, len(all) == 3)
	return all
}

// keepBusy uses all CPUs of this machine, which every host of the lab is, until the test ends.
func keepBusy(t *testing.T) {
	t.Helper()
	for range runtime.NumCPU() {
		c := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
		assert.NilError(t, c.Start())
		t.Cleanup(func() {
			_ = c.Process.Kill()
			_ = c.Wait()
		})
	}
}

// seem replaces a host's meter by one that says the same all the time.
func seem(t *testing.T, h Host, cpu float64) {
	t.Helper()
	_, _ = h.TryDocker("rm", "-f", "clocker-meter")
	line := fmt.Sprintf(`{\"time\":\"$(date -u +%%Y-%%m-%%dT%%H:%%M:%%SZ)\",\"window\":30,\"cpu\":%g,\"memory\":1000000000}`, cpu)
	h.Docker(t, "run", "-d", "--name", "clocker-meter", "--label", "io.clocker.fabric=meter", "--network", "none", "--init", "busybox",
		"sh", "-c", `while :; do echo "`+line+`"; sleep 1; done`)
}
