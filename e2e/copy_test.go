//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// copySize is how large the tree is that TestCopyingTakesLittleMemory copies, in
// MB: COPY_MB, or little enough for every day.
func copySize(t *testing.T) int {
	mb, err := strconv.Atoi(cmp.Or(os.Getenv("COPY_MB"), "128"))
	assert.NilError(t, err)
	return mb
}

const copyMemory = 80 << 10 // of the program at its peak, in KiB

// A tree of any size is copied to and from remote replicas in little memory.
func TestCopyingTakesLittleMemory(t *testing.T) {
	l := theLab(t, "20")
	p := l.Project(t, "services:\n  web: {image: busybox, command: sleep 1000, init: true, deploy: {replicas: 3}}\n")
	p.Up(t)
	p.fill(t, "tree", copySize(t))
	to := p.peak(t, "cp", "tree", "web:/copied")
	from := p.peak(t, "cp", "--index", "3", "web:/copied", "back")
	t.Logf("%d MB to three replicas: %s, %d MiB; back from one: %s, %d MiB", copySize(t), to.took, to.peak>>10, from.took, from.peak>>10)
	assert.Check(t, to.peak < copyMemory, "%d KiB", to.peak)
	assert.Check(t, from.peak < copyMemory, "%d KiB", from.peak)
	out, err := exec.Command("diff", "-r", filepath.Join(p.folder, "tree"), filepath.Join(p.folder, "back")).CombinedOutput()
	assert.NilError(t, err, "%s", out)
	for _, r := range p.Replicas(t, "web") {
		assert.Check(t, is.Equal(p.Inside(t, r, "find /copied -type f | wc -l"), "16"))
	}
}

// fill makes a folder of 16 files of random bytes.
func (p *Project) fill(t *testing.T, name string, mb int) {
	t.Helper()
	for i := range 16 {
		path := filepath.Join(p.folder, name, strconv.Itoa(i%4), strconv.Itoa(i))
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		f, err := os.Create(path)
		assert.NilError(t, err)
		_, err = io.CopyN(f, rand.Reader, int64(mb)<<20/16)
		assert.NilError(t, err)
		assert.NilError(t, f.Close())
	}
}

// effort is what a run of the program took: its peak memory in KiB.
type effort struct {
	took time.Duration
	peak int64
}

func (p *Project) peak(t *testing.T, args ...string) effort {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := p.command(ctx, program(t), args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	assert.NilError(t, cmd.Run(), "%s", &said)
	return effort{time.Since(began).Round(time.Millisecond), cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss}
}

// Owners are the numbers of the files, or with -a those of the container's user,
// whom engines before 26 look up in their own host's passwd by name alone.
func TestCopyKeepsOwnersUnlessAsked(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, "services:\n  web: {image: busybox, command: sleep 1000, init: true, user: \"7:8\"}\n")
		p.File(t, "f", "content")
		assert.NilError(t, os.Chown(filepath.Join(p.folder, "f"), 1234, 5678))
		p.Up(t)
		p.Do(t, "cp", "f", "web:/kept")
		r := p.Replica(t, "web")
		assert.Equal(t, p.Inside(t, r, "stat -c %u:%g /kept"), "1234:5678")
		given := p.Try(t, "cp", "-a", "f", "web:/given")
		if l.Generation == "20" {
			assert.Check(t, given.Code == 1 && strings.Contains(given.Stderr, "7"), "%+v", given)
			return
		}
		assert.Equal(t, p.Inside(t, r, "stat -c %u:%g /given"), "7:8")
	})
}

// Nothing that a container makes gets out of the folder that is copied to.
func TestCopyFromAHostileContainer(t *testing.T) {
	l := theLab(t, "20")
	p := l.Project(t, "services:\n  web: {image: busybox, command: sleep 1000, init: true}\n")
	p.Up(t)
	r := p.Replica(t, "web")
	p.Inside(t, r, fmt.Sprintf("mkdir -p /evil/d; ln -s ../../../out /evil/up; ln -s %s /evil/away; mkfifo /evil/pipe", p.folder))
	result := p.Try(t, "cp", "web:/evil", "got")
	assert.Check(t, result.Code != 0)
	assert.Check(t, is.Contains(result.Stderr, `unpack "evil/up": refused: it leads out of the folder that is copied to`))
	p.Inside(t, r, "rm /evil/up")
	result = p.Do(t, "cp", "web:/evil", "got")
	assert.Check(t, is.Contains(result.Stderr, "left out of got, because they aren't files, folders or links: evil/pipe"))
	// what is a link by now isn't followed when it is written to again
	p.Inside(t, r, "rm /evil/away; mkdir /evil/away; echo x > /evil/away/written")
	result = p.Try(t, "cp", "web:/evil/.", "got")
	assert.Check(t, result.Code != 0, "%s", result.Stderr)
	_, err := os.Stat(filepath.Join(p.folder, "written"))
	assert.Check(t, os.IsNotExist(err))
}
