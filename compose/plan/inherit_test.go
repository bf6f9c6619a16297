package plan_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// mountedIn are the sources of a container's mounts, by destination.
func (w *world) mountedIn(host, name string) map[string]string {
	w.t.Helper()
	found := map[string]string{}
	for _, c := range w.observe().Host(host).Containers {
		if c.Name != name {
			continue
		}
		for _, m := range c.Mounts {
			found[m.Destination] = m.Name
			if m.Type != "volume" {
				found[m.Destination] = m.Source
			}
		}
	}
	return found
}

// A replacement inherits what the image declares and what the file names, and
// nothing else: as Docker Compose 5.6 does it.
func TestReplacementInheritsVolumes(t *testing.T) {
	const (
		first = "services: {web: {image: app, volumes: [/cache, 'named:/other', '/srv:/bound', {type: tmpfs, target: /tmp}]}}\nvolumes: {named: {}}"
		less  = "services: {web: {image: app}}"
		same  = "services: {web: {image: app, init: true, volumes: [/cache, {type: tmpfs, target: /data}]}}"
	)
	for _, c := range []struct {
		name, next string
		options    plan.Options
		kept, gone []string
	}{
		{"as declared and named", same, plan.Options{}, []string{"/cache", "/other", "/bound"}, nil},
		{"no longer named", less, plan.Options{}, []string{"/data", "/other", "/bound"}, []string{"/cache", "/tmp"}},
		{"renewed", less, plan.Options{RenewAnonVolumes: true}, nil, []string{"/data", "/other", "/bound", "/cache"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "h1")
			assert.NilError(t, w.engines["h1"].Declare("app", "/data", "/other", "/bound"))
			w.up(load(t, first), plan.Options{})
			before := w.mountedIn("h1", "shop-web-1")
			w.up(load(t, c.next), c.options)
			after := w.mountedIn("h1", "shop-web-1")
			for _, path := range c.kept {
				assert.Assert(t, before[path] != "" && after[path] == before[path], "%s: %v", path, after)
			}
			for _, path := range c.gone {
				assert.Assert(t, after[path] == "" || after[path] != before[path], "%s: %v", path, after)
			}
		})
	}
}

// A container of run and one on another host inherit nothing.
func TestMovedReplicaInheritsNothing(t *testing.T) {
	w := newWorld(t, "h1", "h2")
	for _, e := range w.engines {
		assert.NilError(t, e.Declare("app", "/data"))
	}
	p := load(t, "services: {web: {image: app}}")
	w.up(p, plan.Options{})
	before := w.mountedIn("h1", "shop-web-1")["/data"]
	w.host("h1").Availability = hosts.Drain
	w.up(p, plan.Options{})
	assert.Assert(t, w.mountedIn("h2", "shop-web-1")["/data"] != before)
}
