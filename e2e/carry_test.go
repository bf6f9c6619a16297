//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// moved is what hosts have received and sent on their own cables.
type moved struct{ in, out int64 }

func (h Host) moved(t *testing.T) moved {
	t.Helper()
	out, err := h.Run("cat", "/proc/net/dev")
	assert.NilError(t, err)
	for line := range strings.Lines(out) {
		name, numbers, _ := strings.Cut(strings.TrimSpace(line), ":")
		if fields := strings.Fields(numbers); name == "eth0" {
			in, err := strconv.ParseInt(fields[0], 10, 64)
			assert.NilError(t, err)
			sent, err := strconv.ParseInt(fields[8], 10, 64)
			assert.NilError(t, err)
			return moved{in, sent}
		}
	}
	t.Fatalf("%s has no eth0:\n%s", h, out)
	return moved{}
}

// layered is a project whose image has a layer of 24 MB that stays, and one of
// 8 MB that is made anew with each page. No other project has them.
func layered(t *testing.T, l *Lab) *Project {
	t.Helper()
	p := l.Project(t, `
services:
  web:
    build: .
    command: sleep 1000
    stop_grace_period: 1s
    deploy: {mode: global}
`)
	p.File(t, "Dockerfile", "FROM busybox\nRUN echo "+p.Name+" > /name; head -c 24000000 /dev/urandom > /a\nCOPY page /page\nRUN head -c 8000000 /dev/urandom > /b\n")
	p.File(t, "page", "one")
	return p
}

// Hosts get from each other what they lack of an image, and nothing of it passes
// through this machine.
func TestHostsGetOnlyTheLayersThatTheyLack(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := layered(t, l)
		p.Do(t, "up", "-d")
		p.noCouriers(t, l)
		before := l.moved(t)
		p.File(t, "page", "two")
		p.Do(t, "up", "-d", "--build")
		after := l.moved(t)
		in, out := after.in-before.in, after.out-before.out
		t.Logf("for two hosts that lacked 8.0 MB each, the three received %.2f MB and sent %.2f MB", float64(in)/1e6, float64(out)/1e6)
		assert.Check(t, in < 18e6 && out < 18e6, "received %d, sent %d", in, out)
		for _, r := range p.Replicas(t, "web") {
			assert.Equal(t, p.Inside(t, r, "cat /page; wc -c < /b"), "two8000000")
		}
		assert.Equal(t, len(p.sums(t)), 1, "all have the same files")
		p.noCouriers(t, l)
		p.Do(t, "down", "-v", "--rmi", "all")
	})
}

// sums are what the replicas' files add up to.
func (p *Project) sums(t *testing.T) map[string]bool {
	t.Helper()
	sums := map[string]bool{}
	for _, r := range p.Replicas(t, "web") {
		sums[p.Inside(t, r, "cat /a /b | md5sum")] = true
	}
	return sums
}

// noCouriers waits until the hosts have nothing left of what carried images.
func (p *Project) noCouriers(t *testing.T, l *Lab) {
	t.Helper()
	for _, h := range l.Hosts() {
		eventually(t, 2*time.Minute, "nothing of the couriers is left", func() error {
			out, err := h.TryDocker("ps", "-aq", "--filter", "label=io.clocker.fabric=courier")
			if err == nil && out != "" {
				err = fmt.Errorf("%s has container %s", h, out)
			}
			if err != nil {
				return err
			}
			if out, err = h.TryDocker("images", "-q", "clocker-arriving"); err == nil && out != "" {
				err = fmt.Errorf("%s has image %s under a passing name", h, out)
			}
			return err
		})
	}
}

// Where the ports of a host don't answer others, this machine carries: no more than the hosts lack.
func TestImagesPassThroughThisMachineWhereHostsAreApart(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := layered(t, l)
		p.Do(t, "build")
		for _, h := range l.Hosts() {
			h.closePorts(t)
		}
		p.Do(t, "up", "-d")
		assert.Equal(t, len(p.sums(t)), 1)
		before := l.moved(t)
		p.File(t, "page", "two")
		p.Do(t, "up", "-d", "--build")
		after := l.moved(t)
		in, out := after.in-before.in, after.out-before.out
		t.Logf("for two hosts that lacked 8.0 MB each, the three received %.2f MB and sent %.2f MB", float64(in)/1e6, float64(out)/1e6)
		assert.Check(t, in < 18e6 && out < 18e6, "received %d, sent %d", in, out)
		assert.Equal(t, len(p.sums(t)), 1)
		p.noCouriers(t, l)
		p.Do(t, "down", "-v", "--rmi", "all")
	})
}

// moved is what all hosts have received and sent.
func (l *Lab) moved(t *testing.T) (all moved) {
	t.Helper()
	for _, h := range l.Hosts() {
		m := h.moved(t)
		all.in, all.out = all.in+m.in, all.out+m.out
	}
	return all
}

// closePorts refuses others the ports at which images are given, in a table of its own: the router reads the others.
func (h Host) closePorts(t *testing.T) {
	t.Helper()
	_, err := h.Run("nft", "table inet apart { chain in { type filter hook input priority 0; iifname != lo tcp dport 6785-6795 reject with tcp reset; }; }")
	assert.NilError(t, err)
	t.Cleanup(func() { _, _ = h.Run("nft", "delete table inet apart") })
}

// A run that is interrupted or killed leaves no half of an image, and nothing of what carried it.
func TestAKilledRunLeavesNoHalfImage(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := layered(t, l)
		p.Do(t, "build") // on one host: nobody else runs it yet
		for _, h := range l.Hosts() {
			h.slow(t)
		}
		for _, end := range []os.Signal{os.Interrupt, syscall.SIGKILL} {
			run := p.command(t.Context(), program(t), "up", "-d")
			assert.NilError(t, run.Start())
			eventually(t, time.Minute, "an image is on its way", func() error { return l.someCourier(t) })
			l.couriersAtWork(t, p)
			assert.NilError(t, run.Process.Signal(end))
			_ = run.Wait()
			p.noCouriers(t, l)
		}
		for _, h := range l.Hosts() {
			h.fast(t)
		}
		p.Do(t, "up", "-d")
		assert.Equal(t, len(p.sums(t)), 1)
		p.Do(t, "down", "-v", "--rmi", "all")
	})
}

// slow limits what a host sends to 2 MB a second, so that there is time to act.
func (h Host) slow(t *testing.T) {
	t.Helper()
	h.limit(t, "16mbit", "64kb")
	t.Cleanup(func() { h.fast(t) })
}

// limit is the rate at which a host sends, once a burst has been sent.
func (h Host) limit(t *testing.T, rate, burst string) {
	t.Helper()
	_, err := h.Run("tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", rate, "burst", burst, "latency", "400ms")
	if err != nil {
		t.Skipf("this kernel limits no rates: %v", err)
	}
}

func (h Host) fast(t *testing.T) {
	t.Helper()
	_, _ = h.Run("tc", "qdisc", "del", "dev", "eth0", "root")
}

func (l *Lab) someCourier(t *testing.T) error {
	t.Helper()
	n := 0
	for _, h := range l.Hosts() {
		if out, err := h.TryDocker("ps", "-q", "--filter", "label=io.clocker.fabric=courier"); err == nil && out != "" {
			n++
		}
	}
	if n < 2 {
		return fmt.Errorf("%d hosts have one", n)
	}
	return nil
}

// couriersAtWork checks that couriers see the images of their engines, and that nobody prunes these meanwhile.
func (l *Lab) couriersAtWork(t *testing.T, p *Project) {
	t.Helper()
	for _, h := range l.Hosts() {
		id := h.Docker(t, "ps", "-q", "--filter", "label=io.clocker.fabric=courier")
		if id == "" {
			continue
		}
		mounts := h.Docker(t, "inspect", "--format", "{{range .Mounts}}{{.Destination}} {{.RW}} {{end}}", id)
		assert.Check(t, strings.Contains(mounts, "/store/") && !strings.Contains(mounts, "/store/layers true"), "%s: %s", h, mounts)
		pruned := p.Try(t, "hosts", "prune", "-y", h.name)
		assert.Check(t, pruned.Code != 0 && strings.Contains(pruned.Stderr, "images are being copied"), "%+v", pruned)
	}
}

// A host whose disk is full says so, and has no image.
func TestAFullDiskIsToldAndLeavesNothing(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := layered(t, l)
		p.Do(t, "build")
		full := l.Host(3)
		release := full.fill(t)
		failed := p.Try(t, "up", "-d")
		assert.Equal(t, failed.Code, 1)
		assert.Check(t, is.Contains(failed.Stderr, "no space left on device"))
		assert.Equal(t, full.Docker(t, "images", "-q", p.Name+"-web"), "")
		p.noCouriers(t, l)
		release()
		p.Do(t, "up", "-d")
		assert.Equal(t, len(p.sums(t)), 1)
		p.Do(t, "down", "-v", "--rmi", "all")
	})
}

// fill leaves no room where the host's engine puts what it is about to take.
func (h Host) fill(t *testing.T) (release func()) {
	t.Helper()
	folder, size := "tmp", "2m"
	if h.lab.Generation == "29" {
		folder, size = "containerd/daemon/io.containerd.content.v1.content/ingest", "4k"
	}
	folder = h.lab.state("hosts/" + h.name + "/data/" + folder)
	_, err := h.Run("sh", "-c", "mkdir -p "+folder+" && mount -t tmpfs -o size="+size+" none "+folder)
	assert.NilError(t, err)
	release = sync.OnceFunc(func() { _, _ = h.Run("umount", folder) })
	t.Cleanup(release)
	return release
}

// A host that dies while it gives an image is replaced by another that has it.
func TestAHostThatDiesWhileItGivesAnImage(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := layered(t, l)
		const spread = "\n    deploy: {replicas: %d, placement: {max_replicas_per_node: 1}}\n"
		text, err := os.ReadFile(filepath.Join(p.folder, "compose.yaml"))
		assert.NilError(t, err)
		service, _, _ := strings.Cut(string(text), "\n    deploy:")
		p.Write(t, service+fmt.Sprintf(spread, 2))
		p.Do(t, "up", "-d")
		var last Host
		for _, h := range l.Hosts() {
			if h.Docker(t, "images", "-q", p.Name+"-web") == "" {
				last = h
			} else {
				h.slow(t)
			}
		}
		giver := l.Host(1)
		assert.Assert(t, last != giver)
		p.Write(t, service+fmt.Sprintf(spread, 3))
		began := giver.moved(t).out
		run := p.command(t.Context(), program(t), "up", "-d")
		assert.NilError(t, run.Start())
		eventually(t, time.Minute, "half of the image is there", func() error {
			if n := giver.moved(t).out - began; n < 12e6 {
				return fmt.Errorf("%d bytes were sent", n)
			}
			return nil
		})
		giver.Kill(t)
		eventually(t, 3*time.Minute, "the image is whole on the last host", func() error {
			out, err := last.TryDocker("images", "-q", p.Name+"-web")
			if err == nil && out == "" {
				err = errors.New("it isn't there")
			}
			return err
		})
		assert.NilError(t, run.Process.Signal(os.Interrupt)) // what it would still do isn't this test's
		_ = run.Wait()
		giver.Start(t)
		for _, h := range l.Hosts() {
			h.fast(t)
		}
		p.noCouriers(t, l)
		p.Do(t, "up", "-d")
		assert.Equal(t, len(p.sums(t)), 1)
		p.Do(t, "down", "-v", "--rmi", "all")
	})
}

// An engine that keeps images with containerd gets all platforms of one, under the same ID.
func TestAnImageOfSeveralPlatformsArrivesWhole(t *testing.T) {
	l := onGeneration(t, "29")
	p := l.Project(t, `
services:
  web:
    build: {context: ., platforms: [linux/amd64, linux/arm64]}
    command: sleep 1000
    deploy: {mode: global}
`)
	p.File(t, "Dockerfile", "FROM scratch\nCOPY page /page\n")
	p.File(t, "page", p.Name)
	p.Do(t, "build")
	p.Do(t, "up", "--no-start")
	ids := map[string]bool{}
	for _, h := range l.Hosts() {
		out := h.Docker(t, "image", "inspect", "--platform", "linux/arm64", "--format", "{{.Id}} {{.Architecture}}", p.Name+"-web")
		assert.Check(t, is.Contains(out, " arm64"))
		ids[out] = true
	}
	assert.Equal(t, len(ids), 1, "%v", ids)
	p.noCouriers(t, l)
	p.Do(t, "down", "--rmi", "all")
}
