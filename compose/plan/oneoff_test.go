package plan_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	request "github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// A volume that `run -v NAME:/path` names is where it is, though no file has it.
func TestAOneoffGoesToItsVolume(t *testing.T) {
	for _, host := range []string{"h1", "h2", "h3"} {
		w := newWorld(t, "h1", "h2", "h3")
		assert.NilError(t, w.engines[host].CreateVolume(t.Context(), hosts.VolumeSpec{Name: "backup"}))
		p := load(t, "services: {web: {image: app}}")
		s := p.Services["web"]
		s.Volumes = append(s.Volumes, types.ServiceVolumeConfig{Type: types.VolumeTypeVolume, Source: "backup", Target: "/backup"})
		p.Services["web"] = s
		r := w.request(p, plan.Options{Services: []string{"web"}, Oneoff: &request.Oneoff{Slug: "0123456789abcdef"}})
		planned, err := plan.Up(r)
		assert.NilError(t, err)
		assert.Equal(t, len(planned.Placements), 1)
		assert.Equal(t, planned.Placements[0].Host, host)
	}
}
