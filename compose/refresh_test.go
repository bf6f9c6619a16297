package compose_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

// An image is looked for again once the interval of the pull policy has passed,
// and then costs one inspection in each up.
func TestImagesAreRefreshed(t *testing.T) {
	for _, c := range []struct {
		policy string
		after  time.Duration
		pull   string
		want   bool
	}{
		{"daily", 23 * time.Hour, "", false},
		{"daily", 25 * time.Hour, "", true},
		{"daily", 25 * time.Hour, "missing", false},
		{"weekly", 25 * time.Hour, "", false},
		{"weekly", 8 * 24 * time.Hour, "", true},
		{"every_12h", 13 * time.Hour, "", true},
		{"every_12h", 11 * time.Hour, "always", true},
		{"refresh", time.Second, "", true},
		{"missing", 1000 * time.Hour, "", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, p := newShop("h1"), loadShop(t, "services: {web: {image: app, pull_policy: "+c.policy+"}}")
			s.engines["h1"].Publish("app")
			_, err := compose.Up(t.Context(), &s.Env, p, compose.UpOptions{Options: plan.Options{Pull: "missing"}})
			assert.NilError(t, err)
			s.calls("h1")
			time.Sleep(c.after)
			for _, want := range []bool{c.want, c.want && (c.policy == "refresh" || c.pull != "")} { // the pull begins a new interval
				_, err = compose.Up(t.Context(), &s.Env, p, compose.UpOptions{Options: plan.Options{Pull: c.pull}})
				assert.NilError(t, err)
				calls := s.calls("h1")
				assert.Equal(t, slices.Contains(calls, "PullImage"), want, "%v: %v", c, calls)
				assert.Assert(t, c.policy != "missing" || !slices.Contains(calls, "InspectImage"))
			}
			assert.Equal(t, len(s.warned), 0)
		})
	}
}

// Images that are mounted are brought along.
func TestMountedImagesArePulled(t *testing.T) {
	s, p := newShop("h1"), loadShop(t, "services: {web: {image: app, volumes: [{type: image, source: data, target: /data}]}}")
	s.engines["h1"].Publish("data")
	planned, err := compose.Up(t.Context(), &s.Env, p, compose.UpOptions{})
	assert.NilError(t, err)
	assert.Equal(t, planned.Steps[0].Action.Object(), "image data")
}
