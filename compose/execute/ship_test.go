package execute_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/tree"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func shipment(t *testing.T, before *tree.Tree) plan.ShipFiles {
	t.Helper()
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "page"), []byte("content"), 0o600))
	found, err := tree.Scan(context.Background(), dir)
	assert.NilError(t, err)
	volume := func(name string) hosts.VolumeSpec { return hosts.VolumeSpec{Name: name} }
	return plan.ShipFiles{
		Path: "./src", Volume: volume("files"), Tree: found, Before: before, Image: "app",
		Pending: volume("files_pending"), Marker: volume("files_new"), Outdated: []string{"files_old"},
	}
}

func volumes(t *testing.T, b *bench) string {
	t.Helper()
	o, err := b.engines["h"].Observe(context.Background())
	assert.NilError(t, err)
	var names []string
	for _, v := range o.Volumes {
		names = append(names, v.Name)
	}
	assert.Equal(t, len(o.Containers), 0, "the container through which it went is gone")
	return strings.Join(names, " ")
}

func TestWhatIsShippedIsMarked(t *testing.T) {
	b := newBench("h")
	assert.NilError(t, b.engines["h"].CreateVolume(context.Background(), hosts.VolumeSpec{Name: "files_old"}))
	assert.NilError(t, b.do(shipment(t, nil)))
	assert.Equal(t, volumes(t, b), "files files_new")
	assert.Assert(t, !strings.Contains(b.calls("h"), "StartContainer"), "nothing of the image runs")
	assert.Assert(t, is.Contains(b.told(), "Files ./src Done: Shipped"))
}

func TestWhatDidNotArriveStaysMarkedAsPending(t *testing.T) {
	b := newBench("h")
	b.engines["h"].Inject(fake.Fault{Method: "CopyTo", Kind: fake.Broken, Text: "no space left on device"})
	err := b.do(shipment(t, nil))
	assert.ErrorContains(t, err, "no space left on device")
	assert.Equal(t, volumes(t, b), "files files_pending")
}

func TestAFileThatCannotBeReadIsTheFailure(t *testing.T) {
	b := newBench("h")
	a := shipment(t, nil)
	assert.NilError(t, os.Remove(filepath.Join(a.Tree.Path, "page")))
	assert.ErrorContains(t, b.do(a), "page: no such file or directory")
	assert.Equal(t, volumes(t, b), "files files_pending")
}

func TestRemovalIsAnErrandOfOurProgram(t *testing.T) {
	b := newBench("h")
	var asked hosts.Platform
	b.Tool = func(p hosts.Platform) ([]byte, error) {
		asked = p
		return []byte("program"), nil
	}
	a := shipment(t, &tree.Tree{Entries: []tree.Entry{{Path: "gone"}}})
	a.Platform = hosts.Platform{OS: "linux", Arch: "arm64"}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error)
	go func() { done <- b.Run(ctx, &plan.Plan{Steps: []plan.Step{{ID: "ship", Host: "h", Action: a}}}) }()
	for !strings.Contains(b.calls("h"), "WaitContainer") {
		select {
		case err := <-done:
			t.Fatalf("it ended before the errand: %v", err)
		default:
		}
	}
	assert.NilError(t, b.engines["h"].KillContainer(context.Background(), "files_carrier", ""))
	assert.ErrorContains(t, <-done, "ended with code 137")
	assert.Equal(t, asked.Arch, "arm64")
	assert.Equal(t, volumes(t, b), "files files_pending")
}
