package compose

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// psPool has web on two hosts, a stopped db, an orphan, a one-off container
// and one of another project.
func psPool() (h1, h2 *scripted) {
	h1, h2 = newScripted("h1"), newScripted("h2")
	h2.runs("web", 2)
	h1.runs("web", 10)
	h1.runs("web", 1)
	h1.stop(h1.runs("db", 1))
	h2.runs("old", 1)
	h2.edit(h2.runs("task", 1), func(c *hosts.Container) {
		c.Name, c.Labels[hosts.LabelOneoff] = "shop-task-run-1", "True"
	})
	h1.edit(h1.runs("other", 1), func(c *hosts.Container) { c.Labels[hosts.LabelProject] = "other" })
	h2.edit(h2.runs("job", 1), func(c *hosts.Container) { c.State = hosts.Paused })
	return h1, h2
}

func TestPs(t *testing.T) {
	for name, c := range map[string]struct {
		options PsOptions
		want    []string
	}{
		"running ones":     {PsOptions{}, []string{"shop-job-1@h2", "shop-old-1@h2", "shop-web-1@h1", "shop-web-10@h1", "shop-web-2@h2"}},
		"of a service":     {PsOptions{Services: []string{"web"}}, []string{"shop-web-1@h1", "shop-web-10@h1", "shop-web-2@h2"}},
		"without orphans":  {PsOptions{Known: []string{"web", "db"}}, []string{"shop-web-1@h1", "shop-web-10@h1", "shop-web-2@h2"}},
		"known of no file": {PsOptions{Known: []string{}}, nil},
		"stopped ones":     {PsOptions{Status: []hosts.ContainerState{hosts.Exited}}, []string{"shop-db-1@h1"}},
		"of two states": {
			PsOptions{Status: []hosts.ContainerState{hosts.Exited, hosts.Paused}},
			[]string{"shop-db-1@h1", "shop-job-1@h2"},
		},
		"all": {PsOptions{All: true}, []string{
			"shop-db-1@h1", "shop-job-1@h2", "shop-old-1@h2",
			"shop-task-run-1@h2", "shop-web-1@h1", "shop-web-10@h1", "shop-web-2@h2",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h1, h2 := psPool()
			rows, absent, err := Ps(t.Context(), new(told).pool(h1, h2), "shop", c.options)
			assert.NilError(t, err)
			assert.Equal(t, len(absent), 0)
			var got []string
			for _, r := range rows {
				got = append(got, r.Name+"@"+r.Host)
				assert.Equal(t, r.Address, "192.0.2.1")
			}
			assert.DeepEqual(t, got, c.want)
		})
	}
}

func TestPsTellsOfHostsThatDoNotAnswer(t *testing.T) {
	h1, h2 := psPool()
	h3 := newScripted("h3")
	h2.down, h3.hung = true, true
	env := new(told).pool(h1, h2, h3)
	env.Timeout = 20 * time.Millisecond
	rows, absent, err := Ps(t.Context(), env, "shop", PsOptions{})
	assert.NilError(t, err)
	assert.Equal(t, len(rows), 2)
	assert.Equal(t, len(absent), 2)
	assert.Equal(t, absent[0].String(), "host h2: host is unreachable: connection refused; what shop runs there is not shown")
	assert.Equal(t, absent[1].String(), "host h3: no answer in 20ms; what shop runs there is not shown")
}

func TestPsWithoutAnyHostIsAnError(t *testing.T) {
	h1, h2 := psPool()
	h1.down, h2.down = true, true
	_, _, err := Ps(t.Context(), new(told).pool(h1, h2), "shop", PsOptions{})
	assert.ErrorContains(t, err, "none of the 2 hosts is reachable")
}

func TestPsWarnsOfAnUnknownStatus(t *testing.T) {
	h1, h2 := psPool()
	var to told
	rows, _, err := Ps(t.Context(), to.pool(h1, h2), "shop", PsOptions{Status: []hosts.ContainerState{"up"}})
	assert.NilError(t, err)
	assert.Equal(t, len(rows), 0)
	assert.DeepEqual(t, to.warnings, []string{
		`there is no status "up"; the statuses are created, dead, exited, paused, removing, restarting, running`,
	})
}
