package buildkit

import (
	"errors"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func inline(t *testing.T, text string) dockerfile {
	t.Helper()
	b := New("h1", nil, Options{})
	o, err := b.options(hosts.BuildSpec{Tags: []string{"a"}, Context: t.TempDir(), Inline: text})
	assert.NilError(t, err)
	return dockerfileOf(o)
}

func TestFailureNamesTheLineThatTheEngineTells(t *testing.T) {
	at := &errdefs.Source{
		Info:   &pb.SourceInfo{Filename: "web.Dockerfile"},
		Ranges: []*pb.Range{{Start: &pb.Position{Line: 7}}},
	}
	err := at.WrapError(errors.New("failed to solve: dockerfile parse error on line 7: unknown instruction: RUNN"))
	assert.Error(t, newStory(nil).failure(err, dockerfile{name: "other"}), "web.Dockerfile:7: unknown instruction: RUNN")
}

// Engines before 23 name the line of a Dockerfile that they can't read in words,
// and that of a step not at all.
func TestFailureFindsTheLineForOldEngines(t *testing.T) {
	now := time.Now()
	of := inline(t, "FROM busybox\n\nRUN a &&   \\\n  b\nRUN twice\nRUN twice\n")
	for _, c := range []struct{ step, received, want string }{
		{"", "failed to create LLB definition: dockerfile parse error line 3: Unknown flag: link", "Dockerfile:3: Unknown flag: link"},
		{"", "dockerfile parse error of another form", "dockerfile parse error of another form"},
		{"[2/4] RUN a &&     b", "exit code: 2", "Dockerfile:3: [2/4] RUN a &&     b: exit code: 2"},
		{"[3/4] RUN twice", "exit code: 2", "[3/4] RUN twice: exit code: 2"},
		{"exporting to image", "no space left", "exporting to image: no space left"},
	} {
		s := newStory(nil)
		if c.step != "" {
			s.add(vertex(c.step, client.Vertex{Started: &now, Completed: &now, Error: "x"}))
		}
		assert.Error(t, s.failure(errors.New(c.received), of), c.want)
	}
}

func TestHintsKnowWhatOldEnginesLack(t *testing.T) {
	assert.Equal(t, hint("Dockerfile:2: Unknown flag: link"), newerSyntax)
	assert.Equal(t, hint("unknown instruction: RUNN (did you mean RUN?)"), "")
	assert.Equal(t, hint("something else"), "")
}
