package plan_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/tree"
)

// shop is a project in a folder whose path ./src is mounted on every host.
type shop struct {
	*world
	*project.Project
	folder string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{world: newWorld(t, "h1", "h2"), folder: t.TempDir()}
	s.write(t, "src/page", "one")
	p, err := project.Load(context.Background(), project.Options{
		Files: []string{"-"}, Name: "shop", WorkingDir: s.folder, Stdin: strings.NewReader(
			`services: {web: {image: app, deploy: {mode: global}, volumes: ["./src:/src"]}}`),
	})
	assert.NilError(t, err)
	s.Project = p
	return s
}

func (s *shop) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(s.folder, name)
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
}

// plan is what there is to do now.
func (s *shop) plan(t *testing.T) *plan.Plan {
	t.Helper()
	r := s.request(s.Project, plan.Options{})
	path := filepath.Join(s.folder, "src")
	found, err := tree.Scan(context.Background(), path)
	assert.NilError(t, err)
	r.Trees = map[string]*tree.Tree{path: found}
	planned, err := plan.Up(r)
	assert.NilError(t, err)
	return planned
}

// ships are the steps that ship files, with what each sends and removes.
func ships(p *plan.Plan) (all []string) {
	for _, s := range p.Steps {
		if a, ok := s.Action.(plan.ShipFiles); ok {
			c, sent := a.Tree.Since(a.Before), []string{}
			for _, e := range c.Sent {
				sent = append(sent, e.Path)
			}
			all = append(all, s.ID+" ("+string(s.Reason)+"): "+strings.Join(sent, " ")+" -"+strings.Join(c.Removed, " "))
		}
	}
	return all
}

func TestFilesAreShippedBeforeTheirContainersAndOnlyOnce(t *testing.T) {
	s := newShop(t)
	planned := s.plan(t)
	assert.DeepEqual(t, ships(planned), []string{"h1/ship files ./src (missing): . page -", "h2/ship files ./src (missing): . page -"})
	for _, step := range planned.Steps {
		if _, creates := step.Action.(plan.CreateContainer); creates {
			assert.Assert(t, strings.Contains(strings.Join(step.After, " "), "ship files ./src"), "%s waits for %v", step.ID, step.After)
		}
	}
	s.carryOut(planned.Steps)
	assert.Assert(t, s.plan(t).Empty(), s.plan(t).Text())
}

func TestWhatChangedIsShippedToContainersThatStay(t *testing.T) {
	s := newShop(t)
	s.carryOut(s.plan(t).Steps)
	s.write(t, "src/other", "two")
	planned := s.plan(t)
	assert.DeepEqual(t, ships(planned), []string{"h1/ship files ./src (files changed): other -", "h2/ship files ./src (files changed): other -"})
	assert.Equal(t, len(planned.Unchanged), 2)
	s.carryOut(planned.Steps)
	assert.Assert(t, s.plan(t).Empty(), s.plan(t).Text())
}

func TestAfterAnInterruptionEverythingIsShippedAgain(t *testing.T) {
	s := newShop(t)
	s.carryOut(s.plan(t).Steps)
	before := s.plan(t)
	s.write(t, "src/other", "two")
	for _, step := range s.plan(t).Steps {
		if a, ok := step.Action.(plan.ShipFiles); ok && step.Host == "h1" {
			assert.NilError(t, s.engines["h1"].CreateVolume(context.Background(), a.Pending))
		}
	}
	assert.NilError(t, os.Remove(filepath.Join(s.folder, "src/other")))
	assert.Assert(t, before.Empty())
	assert.DeepEqual(t, ships(s.plan(t)), []string{"h1/ship files ./src (files changed): . page -other"})
}

func TestShippedFilesGoWithTheVolumes(t *testing.T) {
	s := newShop(t)
	s.carryOut(s.plan(t).Steps)
	s.down(plan.DownRequest{Project: "shop"})
	left := s.observe()
	assert.Equal(t, len(left.Observations[0].Volumes), 2, "what was written there stays")
	s.down(plan.DownRequest{Project: "shop", Volumes: true})
	left = s.observe()
	assert.Equal(t, len(left.Observations[0].Volumes), 0)
}
