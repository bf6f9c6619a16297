package compose

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// logHost is a host whose logs are read. Its context ends when it is lost, and
// with it all that is read there.
type logHost struct {
	name   string
	engine Engine
	ctx    context.Context
	lose   func(why string)
	// followers are those that read there.
	followers sync.WaitGroup
}

// connect gives each host that answered a context of its own.
func (l *logs) connect(ctx context.Context, s state.Snapshot) error {
	l.hosts = map[string]*logHost{}
	for _, o := range s.Ready() {
		engine, err := l.env.Connect(o.Host)
		if err != nil {
			return err
		}
		l.hosts[o.Host.Name] = l.host(ctx, o.Host.Name, engine)
	}
	return nil
}

// host is one that is there. Following, its vigil tells where it isn't any more.
func (l *logs) host(ctx context.Context, name string, engine Engine) *logHost {
	h := &logHost{name: name, engine: engine}
	var cancel context.CancelFunc
	h.ctx, cancel = context.WithCancel(ctx)
	var once sync.Once
	h.lose = func(why string) {
		once.Do(func() {
			if !l.options.Follow {
				l.warn(fmt.Sprintf("host %s: %s; its logs end here", name, why))
			}
			cancel()
		})
	}
	return h
}

// patience is how long a host may be silent before it is asked whether it is there.
func (l *logs) patience() time.Duration { return l.env.patience() }

// inspect asks for a container, in bounded time.
func (l *logs) inspect(h *logHost, c state.Container) (hosts.ContainerDetail, error) {
	ctx, cancel := context.WithTimeout(h.ctx, l.patience())
	defer cancel()
	return h.engine.InspectContainer(ctx, c.ID)
}

// answers tells whether the container's host is there, and loses it where not.
// A container that is gone is an answer.
func (l *logs) answers(h *logHost, c state.Container) bool {
	_, err := l.inspect(h, c)
	if h.ctx.Err() != nil {
		return false
	}
	if errors.Is(err, hosts.ErrUnreachable) || errors.Is(err, context.DeadlineExceeded) {
		h.lose(reason(err, l.patience()))
		return false
	}
	return true
}

// failed deals with the error of a stream: it is the host's where that doesn't
// answer any more, else the container's own.
func (l *logs) failed(h *logHost, c state.Container, err error) {
	if err == nil || h.ctx.Err() != nil || errors.Is(err, hosts.ErrNotFound) {
		return
	}
	if l.answers(h, c) {
		l.warn(fmt.Sprintf("%s: %s", l.prefix(c), err))
	}
}

// tellOf tells a sentence, from one goroutine at a time.
func (l *logs) tellOf(sentence string) {
	l.warning.Lock()
	defer l.warning.Unlock()
	l.env.warn([]string{sentence})
}

// warn is tellOf for a sentence that is told once.
func (l *logs) warn(sentence string) {
	l.warning.Lock()
	defer l.warning.Unlock()
	if l.warned[sentence] {
		return
	}
	if l.warned == nil {
		l.warned = map[string]bool{}
	}
	l.warned[sentence] = true
	l.env.warn([]string{sentence})
}
