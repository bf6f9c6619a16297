package project_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// FuzzLoad gives any bytes as x-clocker of a project and of a service. Load
// neither panics nor hangs; what it refuses has a place or a file, and what it
// takes makes a pool or says why not.
func FuzzLoad(f *testing.F) {
	corpus, err := filepath.Glob("testdata/corpus/*.txtar")
	assert.NilError(f, err)
	for _, file := range corpus {
		content, err := os.ReadFile(file)
		assert.NilError(f, err)
		f.Add(content)
	}
	for _, seed := range []string{
		twoLocations, "x-clocker: &a [*a]", "x-clocker: {<<: *a}", "x-clocker: !reset null", "a: &a {b: &b {<<: [*a, *b]}}\nx-clocker: *a",
		"x-clocker: {network: {cidr: 0.0.0.0/0, size: 8.0}}", "x-clocker: {locations: {eu: {hosts: [{name: a, endpoint: 'ssh://[::1%25x]:0'}]}}}",
	} {
		f.Add([]byte(seed + "\nservices: {web: {image: x, x-clocker: {location: eu, placement: {strategies: [random, {max-containers: 3}]}}}}"))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		p, err := project.Load(ctx, project.Options{
			WorkingDir: t.TempDir(), Files: []string{"-"}, Stdin: strings.NewReader(string(content)), Strategies: catalog{}, Config: &project.Config{},
		})
		if err != nil {
			assert.Assert(t, err.Error() != "")
			return
		}
		_, err = project.Render(p, "yaml")
		assert.NilError(t, err)
		pool, err := project.Pool(p, project.Config{}, "", hosts.Endpoint{URL: "unix:///x"})
		if err == nil {
			made := slices.ContainsFunc(slices.Collect(maps.Values(p.Clocker.Locations)), func(l hosts.Location) bool { return l.Provider != "" })
			assert.Assert(t, len(pool) > 0 || made)
		}
	})
}
