package watcher_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/watcher"
)

// yard is a folder that is watched.
type yard struct {
	dir     string
	batches chan []string
}

func watch(t *testing.T, o watcher.Options, prepare ...string) *yard {
	t.Helper()
	y := &yard{dir: t.TempDir(), batches: make(chan []string, 16)}
	for _, path := range prepare {
		y.write(t, path)
	}
	for i, path := range o.Paths {
		o.Paths[i] = filepath.Join(y.dir, path)
	}
	if o.Quiet == 0 {
		o.Quiet = 50 * time.Millisecond
	}
	if o.Longest == 0 {
		o.Longest = time.Minute
	}
	w, err := watcher.Open(o)
	assert.NilError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx, func(changed []string) { y.batches <- changed }) }()
	t.Cleanup(func() {
		cancel()
		assert.ErrorIs(t, <-ended, context.Canceled)
		assert.NilError(t, w.Close())
		goleak.VerifyNone(t)
	})
	return y
}

func (y *yard) write(t *testing.T, path string) {
	t.Helper()
	path = filepath.Join(y.dir, path)
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(t, os.WriteFile(path, []byte("x"), 0o600))
}

// told is the next batch, relative to the folder.
func (y *yard) told(t *testing.T) []string {
	t.Helper()
	select {
	case batch := <-y.batches:
		for i, path := range batch {
			batch[i] = strings.TrimPrefix(path, y.dir+"/")
		}
		return batch
	case <-time.After(time.Minute):
		t.Fatal("nothing was told")
		return nil
	}
}

func TestWatchTellsInBatches(t *testing.T) {
	y := watch(t, watcher.Options{Paths: []string{"src"}}, "src/a", "src/sub/b", "elsewhere")
	y.write(t, "elsewhere")
	y.write(t, "src/sub/b")
	y.write(t, "src/a")
	y.write(t, "src/a")
	assert.DeepEqual(t, y.told(t), []string{"src/a", "src/sub/b"})
}

func TestWatchFollowsNewFolders(t *testing.T) {
	y := watch(t, watcher.Options{Paths: []string{"src"}}, "src/a")
	y.write(t, "src/new/deep/b")
	assert.DeepEqual(t, y.told(t), []string{"src/new", "src/new/deep", "src/new/deep/b"})
	y.write(t, "src/new/deep/c")
	assert.DeepEqual(t, y.told(t), []string{"src/new/deep/c"})
}

func TestWatchFollowsMovedFolders(t *testing.T) {
	y := watch(t, watcher.Options{Paths: []string{"src"}}, "src/old/deep/a")
	assert.NilError(t, os.Rename(filepath.Join(y.dir, "src/old"), filepath.Join(y.dir, "src/new")))
	assert.DeepEqual(t, y.told(t), []string{"src/new", "src/new/deep", "src/new/deep/a", "src/old"})
	y.write(t, "src/new/deep/a")
	assert.DeepEqual(t, y.told(t), []string{"src/new/deep/a"})
}

func TestWatchTellsOfRemovedFolders(t *testing.T) {
	y := watch(t, watcher.Options{Paths: []string{"src"}}, "src/old/deep/a")
	assert.NilError(t, os.RemoveAll(filepath.Join(y.dir, "src/old")))
	assert.Assert(t, slices.Contains(y.told(t), "src/old"))
	y.write(t, "src/old/again")
	assert.DeepEqual(t, y.told(t), []string{"src/old", "src/old/again"})
}

func TestWatchOfAFileThatIsReplaced(t *testing.T) {
	y := watch(t, watcher.Options{Paths: []string{"app.conf"}}, "app.conf")
	for range 2 {
		y.write(t, "app.conf.new")
		assert.NilError(t, os.Rename(filepath.Join(y.dir, "app.conf.new"), filepath.Join(y.dir, "app.conf")))
		assert.DeepEqual(t, y.told(t), []string{"app.conf"})
	}
}

func TestWatchOfWhatIsNotThereYet(t *testing.T) {
	y := watch(t, watcher.Options{Paths: []string{"later/src"}}, "a")
	y.write(t, "later/other/b")
	y.write(t, "later/src/a")
	assert.DeepEqual(t, y.told(t), []string{"later/src/a"})
}

func TestWatchSkips(t *testing.T) {
	skip := func(folder string) bool { return filepath.Base(folder) == "node_modules" }
	y := watch(t, watcher.Options{Paths: []string{"src"}, Skip: skip}, "src/node_modules/a", "src/b")
	y.write(t, "src/node_modules/a")
	y.write(t, "src/b")
	assert.DeepEqual(t, y.told(t), []string{"src/b"})
}

// TestWatchTellsWhereItIsNeverQuiet: a log that is written to all the time keeps nothing back.
func TestWatchTellsWhereItIsNeverQuiet(t *testing.T) {
	y := watch(t, watcher.Options{Paths: []string{"src"}, Quiet: 200 * time.Millisecond, Longest: 400 * time.Millisecond}, "src/log")
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(20 * time.Millisecond):
				_ = os.WriteFile(filepath.Join(y.dir, "src/log"), []byte("y"), 0o600)
			}
		}
	}()
	assert.DeepEqual(t, y.told(t), []string{"src/log"})
	assert.DeepEqual(t, y.told(t), []string{"src/log"})
}

// TestWatchLosesNothingInAFlood: whether or not the system loses count.
func TestWatchLosesNothingInAFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("writes many files")
	}
	y := watch(t, watcher.Options{Paths: []string{"src"}, Quiet: 300 * time.Millisecond}, "src/gone")
	const files = 20000
	go func() {
		_ = os.Remove(filepath.Join(y.dir, "src/gone"))
		for i := range files {
			_ = os.WriteFile(filepath.Join(y.dir, fmt.Sprintf("src/%05d", i)), nil, 0o600)
		}
	}()
	seen := map[string]bool{}
	for len(seen) < files+1 {
		for _, path := range y.told(t) {
			seen[path] = true
		}
	}
	assert.Assert(t, seen["src/gone"] && seen["src/00000"] && seen["src/19999"])
}
