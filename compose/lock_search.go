package compose

import (
	"context"
	"sync"
	"time"
)

// search looks for the host that keeps a project's lock: the first, in the order
// of names, that answers. Hosts that don't are waited for once, and not again
// when they are observed.
type search struct {
	*Env
	project, command string
	// asked is since when hosts that don't answer have been asked, by name.
	asked map[string]time.Time
	// clearing takes back, beside the run, what claims may have won whose answer
	// never came.
	clearing sync.WaitGroup
}

// duringLock runs act while the project's lock is held.
func (e *Env) duringLock(ctx context.Context, project, command string, act func(context.Context, *Env) error) error {
	s := &search{Env: e, project: project, command: command, asked: map[string]time.Time{}}
	defer s.clearing.Wait()
	l, err := s.find(ctx)
	if err != nil {
		return err
	}
	knowing := *e
	knowing.asked, knowing.outer, knowing.growth = s.asked, e, e.grown()
	return l.during(ctx, &knowing, act)
}

// find takes the lock; nil where no host can keep one.
func (s *search) find(ctx context.Context) (*lock, error) {
	names := make([]string, len(s.Pool))
	for i, h := range s.Pool {
		names[i] = h.Name
	}
	for len(names) > 0 {
		first := names[0]
		began := time.Now()
		l, abandon, err := s.tryLock(ctx, first, s.project, s.command)
		if err == nil {
			return l, nil
		}
		s.clearing.Go(abandon)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		s.asked[first] = began
		names = s.answering(ctx, names[1:])
	}
	return nil, nil
}

// answering are those of the hosts that answer, in their order. They are asked
// at once, so that several that don't cost no more than one.
func (s *search) answering(ctx context.Context, names []string) []string {
	began, silent := time.Now(), make([]bool, len(names))
	var asking sync.WaitGroup
	for i, name := range names {
		asking.Go(func() { silent[i] = s.ask(ctx, name) != nil })
	}
	asking.Wait()
	var there []string
	for i, name := range names {
		if silent[i] {
			s.asked[name] = began
		} else {
			there = append(there, name)
		}
	}
	return there
}

func (s *search) ask(ctx context.Context, host string) error {
	engine, err := s.engineOf(host)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.lockTiming().Patience)
	defer cancel()
	_, err = engine.Volumes(ctx, labelLock+"="+s.project)
	return err
}

// patienceWith is what a host may take to answer an observation: less where it
// has been asked in vain just before.
func (e *Env) patienceWith(host string) time.Duration {
	timeout := e.patience()
	began, asked := e.asked[host]
	waited := time.Since(began)
	if !asked || waited > 2*timeout { // it may have come back since
		return timeout
	}
	return max(timeout-waited, timeout/10)
}
