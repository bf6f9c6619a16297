package plan_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// replicaOf is a container of project shop on host h1, which depends on others
// as its label says.
func replicaOf(service string, is hosts.ContainerState, dependsOn string) hosts.Container {
	return hosts.Container{
		ID: "id-" + service, Name: "shop-" + service + "-1", State: is,
		Labels: map[string]string{
			hosts.LabelProject: "shop", hosts.LabelService: service, hosts.LabelContainerNumber: "1",
			hosts.LabelOneoff: "False", hosts.LabelDependsOn: dependsOn,
		},
	}
}

func lifeOf(containers ...hosts.Container) plan.LifeRequest {
	return plan.LifeRequest{Project: "shop", State: state.Snapshot{Observations: []hosts.Observation{
		{Host: hosts.Host{Name: "h1", Status: hosts.Status{Ready: true}}, Containers: containers},
	}}}
}

// dependents are three services, each of which depends on the one before.
func dependents(is hosts.ContainerState) plan.LifeRequest {
	return lifeOf(
		replicaOf("db", is, ""),
		replicaOf("api", is, "db:service_healthy:true"),
		replicaOf("web", is, "api:service_started:true"),
	)
}

// steps are the IDs of a plan's steps without host and project, with what they wait for.
func steps(t *testing.T, p *plan.Plan, err error) string {
	t.Helper()
	assert.NilError(t, err)
	var lines []string
	for _, s := range p.Steps {
		line := s.ID
		if len(s.After) > 0 {
			line += " < " + strings.Join(s.After, ", ")
		}
		lines = append(lines, line)
	}
	return strings.NewReplacer("h1/", "", "container shop-", "", "-1", "").Replace(strings.Join(lines, "\n"))
}

func TestStartFollowsConditions(t *testing.T) {
	p, err := plan.Start(dependents(hosts.Exited))
	assert.Check(t, cmp.Equal(steps(t, p, err), strings.Join([]string{
		"start db",
		"await db service_healthy < start db",
		"start api < await db service_healthy",
		"start web < start api",
	}, "\n")))
}

func TestStartTakesDependenciesAlong(t *testing.T) {
	r := dependents(hosts.Created)
	r.Services = []string{"api"}
	p, err := plan.Start(r)
	assert.Check(t, cmp.Equal(steps(t, p, err), "start db\nawait db service_healthy < start db\nstart api < await db service_healthy"))
}

func TestStartOfWhatRunsIsNothing(t *testing.T) {
	r := lifeOf(replicaOf("web", hosts.Running, ""))
	p, err := plan.Start(r)
	assert.Check(t, cmp.Equal(steps(t, p, err), ""))
	r.Wait = true
	p, err = plan.Start(r)
	assert.Check(t, cmp.Equal(steps(t, p, err), "await web running_or_healthy"))
}

func TestStartWithoutAContainer(t *testing.T) {
	_, err := plan.Start(lifeOf())
	assert.Error(t, err, `no container found for project "shop": not found`)
	_, err = plan.Start(lifeOf(replicaOf("web", hosts.Created, "db:service_started:false")))
	assert.Error(t, err, `service "db" has no container to start`)
	r := dependents(hosts.Created)
	r.Services = []string{"nope"}
	_, err = plan.Start(r)
	assert.Error(t, err, "no such service: nope")
}

func TestStopGoesTheOtherWay(t *testing.T) {
	p, err := plan.Stop(dependents(hosts.Running))
	assert.Check(t, cmp.Equal(steps(t, p, err), "stop web\nstop api < stop web\nstop db < stop api, stop web"))

	r := dependents(hosts.Running)
	r.Services = []string{"db", "web"} // a service between them stays
	p, err = plan.Stop(r)
	assert.Check(t, cmp.Equal(steps(t, p, err), "stop web\nstop db < stop web"))
}

func TestRestartTakesDependentsAlong(t *testing.T) {
	r := dependents(hosts.Running)
	r.Services = []string{"api"}
	p, err := plan.Restart(r)
	assert.Check(t, cmp.Equal(steps(t, p, err), "restart api\nrestart web < restart api"))
	r.NoDeps = true
	p, err = plan.Restart(r)
	assert.Check(t, cmp.Equal(steps(t, p, err), "restart api"))
}

func TestRemoveLeavesWhatRuns(t *testing.T) {
	r := lifeOf(replicaOf("db", hosts.Exited, ""), replicaOf("web", hosts.Running, ""))
	p, err := plan.Remove(r)
	assert.Check(t, cmp.Equal(steps(t, p, err), "remove db"))
	r.Stop = true
	p, err = plan.Remove(r)
	assert.Check(t, cmp.Equal(steps(t, p, err), "stop web\nstop db\nremove db < stop db\nremove web < stop web"))
}

func TestKillReachesOneoffs(t *testing.T) {
	oneoff := replicaOf("web", hosts.Running, "")
	oneoff.ID, oneoff.Name = "id-run", "shop-run-1"
	oneoff.Labels[hosts.LabelOneoff] = "True"
	p, err := plan.Kill(lifeOf(oneoff, replicaOf("web", hosts.Running, ""), replicaOf("db", hosts.Exited, "")))
	assert.Check(t, cmp.Equal(steps(t, p, err), "kill run\nkill web"))
	p, err = plan.Pause(lifeOf(oneoff, replicaOf("web", hosts.Running, "")))
	assert.Check(t, cmp.Equal(steps(t, p, err), "pause web"))
}

// TestLabelsThatGoInCircles: labels may lie, and steps must not wait for each other for ever.
func TestLabelsThatGoInCircles(t *testing.T) {
	r := lifeOf(
		replicaOf("a", hosts.Running, "b:service_healthy:true"),
		replicaOf("b", hosts.Running, "c:service_started:true,b:service_started:true"),
		replicaOf("c", hosts.Running, "a:service_started:true"),
	)
	for _, change := range []func(plan.LifeRequest) (*plan.Plan, error){plan.Start, plan.Stop, plan.Restart, plan.Remove} {
		p, err := change(r)
		assert.NilError(t, err)
		done := map[string]bool{}
		for _, s := range p.Steps {
			for _, before := range s.After {
				assert.Check(t, done[before], "%s waits for %s", s.ID, before)
			}
			done[s.ID] = true
		}
	}
}
