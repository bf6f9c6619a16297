package conformance

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Builder is what is tested of a builder.
type Builder interface {
	Build(ctx context.Context, spec hosts.BuildSpec, progress func(hosts.BuildProgress)) (id string, err error)
	Check(ctx context.Context, spec hosts.BuildSpec) (hosts.BuildFindings, error)
}

// RunBuilds runs what is said of builders, on an engine and what builds on it.
func RunBuilds(t *testing.T, e Engine, b Builder) {
	for _, test := range []struct {
		name string
		run  func(*builds)
	}{
		{"build", testBuild},
		{"failing build", testFailingBuild},
		{"cancelled build", testCancelledBuild},
		{"check", testCheck},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(&builds{newSuite(t, e), b, t.TempDir()}) })
	}
}

// builds is a suite with a builder, and a folder for contexts.
type builds struct {
	*suite
	builder Builder
	dir     string
}

// spec is a build of a Dockerfile.
func (b *builds) dockerfile(text string) hosts.BuildSpec {
	b.Helper()
	assert.NilError(b, os.WriteFile(filepath.Join(b.dir, "Dockerfile"), []byte(text), 0o600))
	return hosts.BuildSpec{Tags: []string{b.name("image") + ":latest", b.name("image") + ":also"}, Context: b.dir, Labels: map[string]string{"made": "here"}}
}

func testBuild(b *builds) {
	spec := b.dockerfile("FROM " + Image + "\nENV A=1\n")
	var steps []string
	id, err := b.builder.Build(b.ctx, spec, func(p hosts.BuildProgress) { steps = append(steps, p.Step) })
	assert.NilError(b, err)
	for _, tag := range spec.Tags {
		b.Cleanup(func() { _ = b.RemoveImage(context.Background(), tag, true) })
		image, err := b.InspectImage(b.ctx, tag)
		assert.NilError(b, err)
		assert.Check(b, cmp.Equal(image.ID, id))
		assert.Check(b, cmp.Equal(image.Labels["made"], "here"))
	}
	assert.Check(b, strings.Contains(strings.Join(steps, "\n"), "FROM"), "%q", steps)

	again, err := b.builder.Build(b.ctx, spec, func(hosts.BuildProgress) {})
	assert.NilError(b, err)
	assert.Check(b, cmp.Equal(again, id), "what hasn't changed is the same image")
	changed, err := b.builder.Build(b.ctx, b.dockerfile("FROM "+Image+"\nENV A=2\n"), func(hosts.BuildProgress) {})
	assert.NilError(b, err)
	assert.Check(b, changed != id)
	image, err := b.InspectImage(b.ctx, spec.Tags[0])
	assert.NilError(b, err)
	assert.Check(b, cmp.Equal(image.ID, changed), "the tag moves")
}

func testFailingBuild(b *builds) {
	failed := ""
	spec := b.dockerfile("FROM " + Image + "\nRUN false\n")
	_, err := b.builder.Build(b.ctx, spec, func(p hosts.BuildProgress) {
		if p.State == hosts.BuildFailed {
			failed = p.Step
		}
	})
	assert.ErrorContains(b, err, "RUN false: exit code: 1")
	assert.Check(b, strings.Contains(failed, "RUN false"), "%q", failed)
	_, err = b.InspectImage(b.ctx, spec.Tags[0])
	assert.ErrorIs(b, err, hosts.ErrNotFound)
}

func testCancelledBuild(b *builds) {
	ctx, cancel := context.WithCancel(b.ctx)
	spec := b.dockerfile("FROM " + Image + "\nRUN sleep 60\n")
	_, err := b.builder.Build(ctx, spec, func(p hosts.BuildProgress) {
		if strings.Contains(p.Step, "RUN sleep") {
			cancel()
		}
	})
	cancel()
	assert.ErrorIs(b, err, context.Canceled)
	_, err = b.InspectImage(b.ctx, spec.Tags[0])
	assert.ErrorIs(b, err, hosts.ErrNotFound)
}

// testCheck passes over engines whose frontend knows no checks, which say so.
func testCheck(b *builds) {
	found, err := b.builder.Check(b.ctx, b.dockerfile("FROM "+Image+"\nRUN false\n"))
	if err != nil && strings.Contains(err.Error(), "knows no checks") {
		b.Skip(err)
	}
	assert.NilError(b, err)
	assert.Check(b, cmp.DeepEqual(found, hosts.BuildFindings{}))
	spec := b.dockerfile("FROM " + Image + "\nMAINTAINER me\n")
	found, err = b.builder.Check(b.ctx, spec)
	assert.NilError(b, err)
	assert.Check(b, cmp.Equal(found.Warnings, 1))
	assert.Check(b, strings.Contains(found.Text, "MaintainerDeprecated") && strings.Contains(found.Text, "Dockerfile:2"), found.Text)
	_, err = b.builder.Check(b.ctx, b.dockerfile("FROM "+Image+"\nRUNN false\n"))
	assert.ErrorContains(b, err, "Dockerfile:2: unknown instruction: RUNN")
	_, err = b.InspectImage(b.ctx, spec.Tags[0])
	assert.ErrorIs(b, err, hosts.ErrNotFound, "nothing is built")
}
