package buildkit

import (
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// story is what a build has told so far. It is used by one goroutine at a time.
type story struct {
	progress func(hosts.BuildProgress)
	steps    map[digest.Digest]*step
	// failed is the step whose failure is the build's, nil while there is none.
	failed *step
}

// step is one step of a build.
type step struct {
	name  string
	state hosts.BuildState
	// rest is a line whose end hasn't come yet.
	rest string
	// last are the last lines that it printed.
	last []string
	why  string
}

const (
	// lastLines are how many lines of a failed step are shown.
	lastLines = 10
	// longestLine is where a line without an end is cut.
	longestLine = 4096
)

func newStory(progress func(hosts.BuildProgress)) *story {
	if progress == nil {
		progress = func(hosts.BuildProgress) {}
	}
	return &story{progress: progress, steps: map[digest.Digest]*step{}}
}

// follow takes in what a build tells, which closes the channel when it ends.
func (s *story) follow(build func(chan *client.SolveStatus) error) error {
	statuses, told := make(chan *client.SolveStatus), make(chan struct{})
	go func() {
		defer close(told)
		for status := range statuses {
			s.add(status)
		}
	}()
	err := build(statuses)
	<-told
	return err
}

func (s *story) add(status *client.SolveStatus) {
	for _, v := range status.Vertexes {
		s.vertex(v)
	}
	for _, l := range status.Logs {
		if known := s.steps[l.Vertex]; known != nil {
			s.log(known, string(l.Data))
		}
	}
	for _, v := range status.Vertexes {
		if known := s.steps[v.Digest]; v.Completed != nil {
			s.flush(known)
		}
	}
}

// vertex takes in the state of a step, and tells where that is another one. One
// that was interrupted because another has failed tells nothing.
func (s *story) vertex(v *client.Vertex) {
	known := s.steps[v.Digest]
	if known == nil {
		known = &step{name: v.Name}
		s.steps[v.Digest] = known
	}
	state := stateOf(v)
	if state == known.state || state == "" {
		return
	}
	known.state, known.why = state, v.Error
	if state == hosts.BuildFailed {
		if strings.Contains(v.Error, "context canceled") {
			return
		}
		if s.failed == nil {
			s.failed = known
		}
	}
	s.progress(hosts.BuildProgress{Step: known.name, State: state})
}

// stateOf is "" for a step that waits.
func stateOf(v *client.Vertex) hosts.BuildState {
	switch {
	case v.Error != "":
		return hosts.BuildFailed
	case v.Cached:
		return hosts.BuildCached
	case v.Completed != nil:
		return hosts.BuildDone
	case v.Started != nil:
		return hosts.BuildRunning
	}
	return ""
}

// log cuts what a step printed into lines. Of one that draws over itself, with
// carriage returns, the last state counts.
func (s *story) log(of *step, text string) {
	of.rest += text
	for {
		line, rest, found := strings.Cut(of.rest, "\n")
		if !found {
			break
		}
		of.rest = rest
		s.line(of, line)
	}
	if len(of.rest) > longestLine {
		s.flush(of)
	}
}

// flush tells a line that has no end.
func (s *story) flush(of *step) {
	if of.rest != "" {
		s.line(of, of.rest)
		of.rest = ""
	}
}

func (s *story) line(of *step, line string) {
	line = strings.TrimSuffix(line, "\r")
	if i := strings.LastIndexByte(line, '\r'); i >= 0 {
		line = line[i+1:]
	}
	if of.last = append(of.last, line); len(of.last) > lastLines {
		of.last = of.last[1:]
	}
	s.progress(hosts.BuildProgress{Step: of.name, State: of.state, Line: line})
}
