package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// manyHosts are as many as a session of machines is measured with.
const manyHosts = 300

// manyMachines is a home whose location has many machines, and their cloud.
func manyMachines(tb testing.TB) (home string, cloud *fake.Cloud, w wiring) {
	tb.Helper()
	home = tb.TempDir()
	config := filepath.Join(home, ".config/clocker/config.yaml")
	assert.NilError(tb, os.MkdirAll(filepath.Dir(config), 0o755))
	assert.NilError(tb, os.WriteFile(config, []byte("locations: {far: {provider: fake, max: 1000}}\n"), 0o600))
	cloud = fake.NewCloud()
	w = fakes(home)
	w.providers = []hosts.ProviderKind{cloud.Kind()}
	w.open = func(h hosts.Host, _ docker.Options) (engine, error) { return declared{cloud.Engine(h), h}, nil }
	m := newSession(process{environ: []string{"HOME=" + home}}, w, "").machines([]hosts.Location{{Name: "far", Provider: "fake"}})
	for i := range manyHosts {
		_, err := m.Create(tb.Context(), hosts.Location{Name: "far", Provider: "fake"}, fmt.Sprintf("far-%d", i+1), "small")
		assert.NilError(tb, err)
	}
	return home, cloud, w
}

func listHosts(tb testing.TB, home string, w wiring) string {
	tb.Helper()
	var out, complaint bytes.Buffer
	code := run(context.Background(), process{
		args: []string{"clocker-compose", "hosts", "ls"}, environ: []string{"HOME=" + home}, dir: home,
		in: strings.NewReader(""), out: &out, err: &complaint, exit: func(int) {}, now: time.Now, watch: watchSystem,
	}, w)
	assert.Equal(tb, code, 0, complaint.String())
	return out.String()
}

// TestACloudIsAskedTwiceForManyHosts counts requests, which clouds limit.
func TestACloudIsAskedTwiceForManyHosts(t *testing.T) {
	home, cloud, w := manyMachines(t)
	before := len(cloud.Calls())
	assert.Equal(t, before, manyHosts, "one request for each machine made")
	out := listHosts(t, home, w)
	assert.Equal(t, strings.Count(out, " ready "), manyHosts, out)
	var asked []string
	for _, c := range cloud.Calls()[before:] {
		asked = append(asked, c.Method)
	}
	assert.Equal(t, len(asked), 2, "%v", asked)
}

func BenchmarkHostsLsOfManyMachines(b *testing.B) {
	home, _, w := manyMachines(b)
	for b.Loop() {
		listHosts(b, home, w)
	}
}
