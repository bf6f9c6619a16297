// Package gauge measures the machine that it runs on. It is the program of a
// meter's container: /proc/stat and /proc/meminfo are the machine's there, too.
package gauge

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const (
	// first is when the first reading comes, so that nobody waits for it long.
	first = time.Second
	// Interval is the time between later readings.
	Interval = 5 * time.Second
	// Window is how long CPU use is looked back at, once there is that much.
	Window = 30 * time.Second
)

// Run writes a [hosts.Reading] a line until ctx ends; proc is /proc, and disk
// tells of the file system that containers are on.
func Run(ctx context.Context, proc fs.FS, disk func() (hosts.Disk, error), out io.Writer) error {
	g := gauge{proc: proc, disk: disk, out: out}
	if err := g.look(time.Now()); err != nil {
		return err
	}
	timer := time.NewTimer(first)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-timer.C:
			if err := g.read(now); err != nil {
				return err
			}
			timer.Reset(Interval)
		}
	}
}

// gauge looks at a machine again and again.
type gauge struct {
	proc fs.FS
	disk func() (hosts.Disk, error)
	out  io.Writer
	// seen are the looks of the last Window, the oldest first.
	seen []look
}

// look is what the machine's CPUs had done at a moment.
type look struct {
	at time.Time
	ticks
}

// look looks at the CPUs, and forgets what is older than a window.
func (g *gauge) look(now time.Time) error {
	text, err := fs.ReadFile(g.proc, "stat")
	if err != nil {
		return fmt.Errorf("measure CPUs: %w", err)
	}
	t, err := parseTicks(text)
	if err != nil {
		return err
	}
	for len(g.seen) > 1 && now.Sub(g.seen[0].at) > Window {
		g.seen = g.seen[1:]
	}
	g.seen = append(g.seen, look{now, t})
	return nil
}

// read looks again, and writes what there was between the oldest look and this.
func (g *gauge) read(now time.Time) error {
	if err := g.look(now); err != nil {
		return err
	}
	text, err := fs.ReadFile(g.proc, "meminfo")
	if err != nil {
		return fmt.Errorf("measure memory: %w", err)
	}
	used, err := usedMemory(text)
	if err != nil {
		return err
	}
	disk, err := g.disk()
	if err != nil {
		return fmt.Errorf("measure the disk: %w", err)
	}
	oldest, latest := g.seen[0], g.seen[len(g.seen)-1]
	line, err := json.Marshal(hosts.Reading{
		Time: now.UTC(), WindowSeconds: latest.at.Sub(oldest.at).Seconds(), CPU: latest.since(oldest.ticks), MemoryBytes: used, Disk: disk,
	})
	if err != nil {
		return err
	}
	_, err = g.out.Write(bytes.Join([][]byte{line, nil}, []byte("\n")))
	return err
}
