package buildkit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// told collects what a story tells, a line each.
func told(lines *[]string) func(hosts.BuildProgress) {
	return func(p hosts.BuildProgress) {
		*lines = append(*lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", p.Step, p.State, p.Line)))
	}
}

func vertex(name string, of client.Vertex) *client.SolveStatus {
	of.Name, of.Digest = name, "sha256:x"
	return &client.SolveStatus{Vertexes: []*client.Vertex{&of}}
}

func printed(text string) *client.SolveStatus {
	return &client.SolveStatus{Logs: []*client.VertexLog{{Vertex: "sha256:x", Data: []byte(text)}}}
}

func TestStory(t *testing.T) {
	now := time.Now()
	var lines []string
	s := newStory(told(&lines))
	s.add(vertex("RUN make", client.Vertex{}))
	s.add(vertex("RUN make", client.Vertex{Started: &now}))
	s.add(vertex("RUN make", client.Vertex{Started: &now}))
	s.add(printed("one\r\ntw"))
	s.add(printed("o\n10%\r20%"))
	s.add(vertex("RUN make", client.Vertex{Started: &now, Completed: &now}))
	s.add(&client.SolveStatus{Logs: []*client.VertexLog{{Vertex: "sha256:unknown", Data: []byte("lost\n")}}})
	assert.DeepEqual(t, lines, []string{"RUN make running", "RUN make running one", "RUN make running two", "RUN make done", "RUN make done 20%"})
	assert.Error(t, s.failure(errors.New("failed to solve: rpc error: code = Unknown desc = no such thing"), dockerfile{}), "no such thing")
}

func TestFailureHasTheLastLinesOfItsStep(t *testing.T) {
	now := time.Now()
	s := newStory(nil)
	s.add(vertex("[2/2] RUN make", client.Vertex{Started: &now}))
	for i := range 15 {
		s.add(printed(fmt.Sprintf("line %d\n", i)))
	}
	s.add(vertex("[2/2] RUN make", client.Vertex{Started: &now, Completed: &now, Error: "exit"}))
	for _, received := range []string{
		"failed to solve: rpc error: code = Unknown desc = executor failed running [/bin/sh -c make]: exit code: 2",
		`failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2`,
	} {
		cause := errors.New(received)
		err := s.failure(cause, dockerfile{})
		assert.ErrorIs(t, err, cause)
		text := err.Error()
		assert.Assert(t, strings.HasPrefix(text, "[2/2] RUN make: exit code: 2\n  > line 5\n"), text)
		assert.Assert(t, strings.HasSuffix(text, "\n  > line 14"), text)
	}
}

func TestAnInterruptedStepIsNotTheCause(t *testing.T) {
	now := time.Now()
	var lines []string
	s := newStory(told(&lines))
	s.add(vertex("RUN sleep", client.Vertex{Started: &now}))
	s.add(vertex("RUN sleep", client.Vertex{Started: &now, Completed: &now, Error: "context canceled"}))
	assert.DeepEqual(t, lines, []string{"RUN sleep running"})
	assert.Error(t, s.failure(errors.New("boom"), dockerfile{}), "boom")
}

func TestALineWithoutAnEndIsCut(t *testing.T) {
	now := time.Now()
	var lines []string
	s := newStory(told(&lines))
	s.add(vertex("RUN yes", client.Vertex{Started: &now}))
	for range 3 {
		s.add(printed(strings.Repeat("y", longestLine)))
	}
	assert.Assert(t, len(lines) >= 2, "%d", len(lines))
	assert.Assert(t, len(s.steps["sha256:x"].rest) <= longestLine)
}

func TestHints(t *testing.T) {
	b := New("h1", nil, Options{})
	err := b.explain("build image a", errors.New("failed: security.insecure is not allowed"))
	assert.ErrorContains(t, err, "host h1: build image a: ")
	assert.ErrorContains(t, err, "daemon.json")
	known := &hosts.Error{Host: "h1", Op: "open /grpc", Err: hosts.ErrUnreachable}
	assert.Equal(t, b.explain("build", fmt.Errorf("dial: %w", known)), error(known))
}
