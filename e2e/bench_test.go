//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"gotest.tools/v3/assert"
)

var benchRounds = flag.Int("bench-rounds", 0, "rounds of the comparison with Docker Compose; 0 leaves it out")

// cost is what one run of a program took.
type cost struct {
	wall, cpu time.Duration
	// peak is the most memory that it held, in bytes.
	peak int64
}

// The commands that are compared, in the order of a round: down last, so that each up is cold.
var benchCommands = []struct {
	name string
	args []string
}{
	{"up, cold", []string{"up", "-d"}},
	{"up again", []string{"up", "-d"}},
	{"ps", []string{"ps"}},
	{"down", []string{"down", "-t", "0"}},
}

// Whole commands on one host beside Docker Compose, in turns, so that what disturbs the machine disturbs both.
func TestBenchAgainstDockerCompose(t *testing.T) {
	if *benchRounds == 0 {
		t.Skip("a comparison, not a test: run 'make bench'")
	}
	l := theLab(t, "20")
	tools := []struct{ name, program string }{{"clocker-compose", program(t)}, {"docker compose", dockerCompose(t)}}
	costs := map[string]map[string][]cost{}
	for _, tool := range tools {
		costs[tool.name] = map[string][]cost{}
	}
	for round := range *benchRounds + 1 {
		// who goes first changes from round to round
		for i := range tools {
			tool := tools[(i+round)%len(tools)]
			p := l.OnOneHost(t, l.Host(1), tenServices())
			for _, c := range benchCommands {
				took := p.measure(t, tool.program, c.args...)
				if round > 0 { // the first warms up
					costs[tool.name][c.name] = append(costs[tool.name][c.name], took)
				}
			}
			costs[tool.name]["version"] = append(costs[tool.name]["version"], p.measure(t, tool.program, "version"))
		}
	}
	t.Log("\n" + benchTable(costs["clocker-compose"], costs["docker compose"]))
}

func tenServices() string {
	var file strings.Builder
	file.WriteString("services:\n")
	for i := range 10 {
		fmt.Fprintf(&file, "  s%d:\n    image: busybox\n    command: sleep 1d\n    stop_signal: KILL\n", i)
	}
	return file.String()
}

// measure runs a program on the project and returns what it took.
func (p *Project) measure(t *testing.T, program string, args ...string) cost {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := p.command(ctx, program, args...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	started := time.Now()
	err := c.Run()
	wall := time.Since(started)
	assert.NilError(t, err, "%s %v: %s", program, args, said.String())
	return costOf(c, wall)
}

func costOf(c *exec.Cmd, wall time.Duration) cost {
	used := cost{wall: wall, cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime()}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		used.peak = usage.Maxrss * 1024
	}
	return used
}

// benchTable shows medians, and how ours compares: below 1 is better.
func benchTable(ours, theirs map[string][]cost) string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tclocker-compose\tdocker compose\tratio\tcpu\tcpu\tpeak\tpeak\t")
	for _, c := range append(slices.Clone(benchCommands), struct {
		name string
		args []string
	}{name: "version"}) {
		a, b := median(ours[c.name]), median(theirs[c.name])
		fmt.Fprintf(w, "%s\t%s\t%s\t%.2f\t%s\t%s\t%d MB\t%d MB\t\n", c.name, ms(a.wall), ms(b.wall), float64(a.wall)/float64(b.wall),
			ms(a.cpu), ms(b.cpu), a.peak>>20, b.peak>>20)
	}
	_ = w.Flush()
	return out.String()
}

func ms(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

// median of each measure by itself.
func median(costs []cost) cost {
	middle := func(of func(cost) int64) int64 {
		values := make([]int64, 0, len(costs))
		for _, c := range costs {
			values = append(values, of(c))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return cost{
		wall: time.Duration(middle(func(c cost) int64 { return int64(c.wall) })),
		cpu:  time.Duration(middle(func(c cost) int64 { return int64(c.cpu) })),
		peak: middle(func(c cost) int64 { return c.peak }),
	}
}
