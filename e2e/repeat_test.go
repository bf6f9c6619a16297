//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

const someOfEverything = "services:\n  web:" + webServer + `
    deploy: {replicas: 3}
    networks: [default, back]
    ports: ["80"]
    depends_on: [store]
  store:` + webServer + `
    networks: [back]
    volumes: ["data:/data", "/scratch"]
    configs: [{source: motd, target: /etc/motd}]
networks:
  back: {internal: true}
volumes:
  data:
configs:
  motd: {content: "hello\n"}
`

func TestUpTwiceChangesNothingAndSaysSo(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, someOfEverything)
		p.Up(t)
		before := p.IDs(t)
		assert.Equal(t, len(before), 4)

		r := p.Up(t)
		assert.DeepEqual(t, p.IDs(t), before)
		for name := range before {
			assert.Check(t, strings.Contains(r.Stderr, "Container "+name+" Running"), "no word of %s in %s", name, r)
		}
		for _, word := range []string{"Creating", "Starting", "Recreat", "Stopping", "Joining", "Pulling"} {
			assert.Check(t, !strings.Contains(r.Stderr, word), "%q in %s", word, r)
		}
		plan := p.Do(t, "plan")
		assert.Assert(t, !strings.Contains(plan.Stdout, "+ "), "a plan with steps: %s", plan)
	})
}

// The program is killed at one moment after another; what it left is finished by the next up, and taken away whole.
func TestAKilledUpIsFinishedByTheNextAndTakenAwayWhole(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		for _, lines := range []int{1, 6, 12, 18, 24, 28} {
			t.Run(fmt.Sprintf("killed after %d lines", lines), func(t *testing.T) {
				p := l.Project(t, someOfEverything)
				p.killedUp(t, lines)
				t.Logf("%d things were there", len(p.Left(t)))

				p.Up(t)
				assert.Equal(t, len(p.Ps(t)), 4)
				for _, r := range p.Ps(t) {
					assert.Check(t, r.State == "running", "%s is %s", r.Name, r.State)
				}
				p.eventuallyAnswers(t, p.Replicas(t, "web")[0], "store")
				p.Do(t, "down", "-v")
				assert.DeepEqual(t, p.Left(t), []string(nil))
				assert.DeepEqual(t, p.named(t), []string(nil))
			})
		}
	})
}

func TestDownAloneTakesAwayWhatAKilledUpLeft(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, someOfEverything)
		p.killedUp(t, 15)
		p.Do(t, "down", "-v")
		assert.DeepEqual(t, p.Left(t), []string(nil))
		assert.DeepEqual(t, p.named(t), []string(nil))
	})
}

// killedUp is an up that is killed.
func (p *Project) killedUp(t *testing.T, lines int) {
	t.Helper()
	p.killed(t, lines, "up", "-d")
}

// killed runs a command and kills it without a word of warning, when it has printed so many lines of progress.
func (p *Project) killed(t *testing.T, lines int, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := p.command(ctx, program(t), append([]string{"--progress", "plain"}, args...)...)
	progress, err := c.StderrPipe()
	assert.NilError(t, err)
	assert.NilError(t, c.Start())
	printed := bufio.NewScanner(progress)
	for range lines {
		assert.Assert(t, printed.Scan(), "%s was done before it could be killed", args[0])
	}
	assert.NilError(t, c.Process.Kill())
	assert.ErrorContains(t, c.Wait(), "killed")
}

// named is what carries the project's name on any host, labelled or not.
func (p *Project) named(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, h := range p.lab.Hosts() {
		found = append(found, strings.Fields(h.Docker(t, "ps", "-aq", "--filter", "name="+p.Name))...)
		found = append(found, strings.Fields(h.Docker(t, "volume", "ls", "-q", "--filter", "name="+p.Name))...)
		found = append(found, strings.Fields(h.Docker(t, "network", "ls", "-q", "--filter", "name="+p.Name))...)
	}
	return found
}
