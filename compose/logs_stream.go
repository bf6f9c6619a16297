package compose

import (
	"context"
	"sync"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// ahead is how many records a stream reads before they are taken. All streams
// together hold that much, whatever the logs' sizes.
const ahead = 16

// stream reads what a container wrote so far. Its channel is closed at the end
// and when the host is lost.
type stream struct {
	container state.Container
	host      *logHost
	records   chan LogRecord
	// resume is where to go on; read it when the channel is closed.
	resume *resume
}

// open starts to read the container's log, with its end as it is now.
func (l *logs) open(c state.Container, o hosts.LogOptions) *stream {
	s := &stream{container: c, host: l.hosts[c.Host], records: make(chan LogRecord, ahead), resume: &resume{}}
	l.running.Go(func() {
		defer close(s.records)
		err := s.host.engine.Logs(s.host.ctx, c.ID, o, func(line hosts.LogLine) {
			s.put(l.record(c, line))
		})
		l.failed(s.host, c, err)
	})
	return s
}

// put waits until the record can be taken: a reader that is slow slows the engine.
func (s *stream) put(r LogRecord) {
	select {
	case s.records <- r:
		s.resume.delivered(r.Time)
	case <-s.host.ctx.Done():
	}
}

// history tells what the containers wrote so far.
func (l *logs) history(ctx context.Context, replicas []state.Container) error {
	_, err := l.tell(ctx, replicas, l.engineOptions(), l.out)
	return err
}

// tell is history with other options and another listener, that also returns
// where each container's log goes on.
func (l *logs) tell(
	ctx context.Context, replicas []state.Container, o hosts.LogOptions, out func(LogRecord),
) (map[string]*resume, error) {
	var streams []*stream
	for _, c := range replicas {
		streams = append(streams, l.open(c, o))
	}
	m := merge{patience: l.patience(), out: out, silent: func(s *stream) { l.answers(s.host, s.container) }}
	if err := m.run(ctx, streams); err != nil {
		return nil, err
	}
	l.verify(streams)
	at := map[string]*resume{}
	for _, s := range streams {
		at[place(s.container)] = s.resume
	}
	return at, nil
}

// verify asks each host once more, all at once, as a stream of an engine that dies
// ends like any other.
func (l *logs) verify(streams []*stream) {
	asked := map[*logHost]bool{}
	var all sync.WaitGroup
	for _, s := range streams {
		if !asked[s.host] {
			asked[s.host] = true
			all.Go(func() { l.answers(s.host, s.container) })
		}
	}
	all.Wait()
}
