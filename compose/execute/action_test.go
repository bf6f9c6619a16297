package execute_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func inspect(t *testing.T, b *bench, name string) hosts.ContainerDetail {
	t.Helper()
	c, err := b.engines["h1"].InspectContainer(t.Context(), name)
	assert.NilError(t, err)
	return c
}

func do(t *testing.T, b *bench, reason plan.Reason, actions ...plan.Action) error {
	t.Helper()
	p := steps()
	for i, a := range actions {
		s := plan.Step{ID: a.Verb() + a.Object(), Host: "h1", Action: a, Reason: reason}
		if i > 0 {
			s.After = []string{p.Steps[i-1].ID}
		}
		p.Steps = append(p.Steps, s)
	}
	return b.Run(t.Context(), p)
}

func replica(name string) plan.CreateContainer {
	return plan.CreateContainer{Name: name, Spec: spec(name, map[string]string{"own": "1"}), Image: "app"}
}

func TestCreatedContainerIsLabelledWithItsImage(t *testing.T) {
	b, a := newBench("h1"), replica("web")
	assert.NilError(t, do(t, b, "", a))
	c := inspect(t, b, "web")
	assert.Equal(t, c.Labels[hosts.LabelImage], c.ImageID)
	assert.Equal(t, c.Labels["own"], "1")
	assert.Equal(t, len(a.Spec.Config.Labels), 1, "the plan's own request has changed")
}

func TestHashKnowsTheContainersThatWereMadeAlong(t *testing.T) {
	b, a := newBench("h1"), replica("side")
	a.Parents = map[string]string{"app": "web"}
	a.Rehash = func(ids map[string]string) (string, error) { return "hash of " + ids["app"], nil }
	assert.NilError(t, do(t, b, "", replica("web"), a))
	assert.Equal(t, inspect(t, b, "side").Labels[hosts.LabelConfigHash], "hash of "+inspect(t, b, "web").ID)
}

func TestCreateWithoutItsImage(t *testing.T) {
	b, a := newBench("h1"), replica("web")
	a.Image = "nothing"
	assert.Error(t, do(t, b, "", a), "inspect image nothing: No such image: nothing:latest")
}

func TestCreateWhereTheNameIsTaken(t *testing.T) {
	b := newBench("h1")
	_, err := b.engines["h1"].CreateContainer(t.Context(), spec("web", nil))
	assert.NilError(t, err)
	err = do(t, b, "", replica("web"))
	assert.ErrorIs(t, err, hosts.ErrConflict)
	assert.ErrorContains(t, err, "rename or remove the container that has the name")
}

func TestReplacementTellsOfTheFinalName(t *testing.T) {
	b, a := newBench("h1"), replica("0123456789ab_web")
	a.Name, a.Replaces = "web", "0123456789ab"
	assert.NilError(t, do(t, b, "", a, plan.RenameContainer{Container: "0123456789ab_web", From: "0123456789ab_web", To: "web"}))
	assert.Equal(t, b.told(), "Container web Working: Recreate\nContainer web Done: Recreated")
	assert.Equal(t, inspect(t, b, "web").Name, "web")
}

func TestFilesAreThereBeforeTheStart(t *testing.T) {
	b := newBench("h1")
	assert.NilError(t, do(t, b, "", replica("web"), plan.StartContainer{
		Container: "web", Name: "web", Files: []hosts.File{{Path: "/run/secrets/key", Content: []byte("s3cret"), Mode: 0o400}},
	}))
	calls := b.calls("h1")
	assert.Assert(t, strings.Index(calls, "CopyTo web") < strings.Index(calls, "StartContainer web"), calls)
	r, err := b.engines["h1"].Exec(t.Context(), "web", []string{"cat", "/run/secrets/key"})
	assert.NilError(t, err)
	assert.Equal(t, string(r.Stdout), "s3cret\n")
	assert.Assert(t, !strings.Contains(b.told(), "s3cret"))
}

func TestWhatIsInUseStaysWithAWarning(t *testing.T) {
	b := newBench("h1")
	for _, method := range []string{"RemoveVolume", "RemoveImage", "RemoveNetwork"} {
		b.engines["h1"].Inject(fake.Fault{Method: method, Kind: fake.Conflict})
	}
	assert.NilError(t, do(t, b, plan.ReasonDown, plan.RemoveVolume{Name: "data"}, plan.RemoveImage{Ref: "app"}, plan.RemoveNetwork{ID: "1", Name: "net"}))
	for _, id := range []string{"Volume data", "Image app", "Network net"} {
		assert.Assert(t, is.Contains(b.told(), id+" Warning: Resource is still in use"))
	}
	err := do(t, b, plan.ReasonNetworkChanged, plan.RemoveNetwork{ID: "1", Name: "net"})
	assert.ErrorIs(t, err, hosts.ErrConflict, "a network that has to be made again")
}

func TestWhatIsGoneAlreadyIsRemoved(t *testing.T) {
	b := newBench("h1")
	assert.NilError(t, do(t, b, plan.ReasonDown,
		plan.StopContainer{ID: "1", Name: "web"}, plan.RemoveContainer{ID: "1", Name: "web"}, plan.DisconnectNetwork{Network: "n", Container: "web"},
		plan.RemoveVolume{Name: "data"}, plan.RemoveImage{Ref: "other"}, plan.RemoveNetwork{ID: "1", Name: "net"}))
}

func TestPullTellsOfLayers(t *testing.T) {
	b := newBench("h1")
	b.engines["h1"].Publish("remote")
	assert.NilError(t, do(t, b, "", plan.PullImage{Ref: "remote"}))
	assert.DeepEqual(t, b.events, []execute.Event{
		{ID: "Image remote", Status: execute.Working, Text: "Pulling"},
		{ID: "layer", Parent: "Image remote", Status: execute.Working, Text: "Downloading", Current: 1 << 19, Total: 1 << 20, Percent: 50},
		{ID: "layer", Parent: "Image remote", Status: execute.Done, Text: "Pull complete", Current: 1 << 20, Total: 1 << 20, Percent: 100},
		{ID: "Image remote", Status: execute.Done, Text: "Pulled"},
	})
}

func TestQuietStepsAreNotTold(t *testing.T) {
	b := newBench("h1")
	assert.NilError(t, do(t, b, "", plan.StopContainer{ID: "1", Name: "web", Quiet: true}, plan.RemoveContainer{ID: "1", Name: "web", Quiet: true}))
	assert.Equal(t, b.told(), "")
}

type joins []string

func (j *joins) Joined(hosts.Observation) bool { return false }

func (j *joins) Refuses(hosts.Observation) string { return "" }

func (j *joins) Withhold(context.Context, hosts.Host, string, time.Duration) (time.Duration, error) {
	return 0, nil
}

func (j *joins) Join(_ context.Context, h hosts.Host, peers []string) error {
	*j = append(*j, h.Name+" with "+strings.Join(peers, " "))
	return nil
}

func TestJoinIsTheFabrics(t *testing.T) {
	b, joined := newBench("h1"), joins{}
	b.Fabric = &joined
	assert.NilError(t, do(t, b, "", plan.JoinFabric{Host: hosts.Host{Name: "h1"}, Peers: []string{"10.0.0.2", "10.0.0.3"}}))
	assert.DeepEqual(t, joined, joins{"h1 with 10.0.0.2 10.0.0.3"})
	assert.Equal(t, b.told(), "Fabric Working: Joining\nFabric Done: Joined")
}
