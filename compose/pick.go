package compose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Replica says which container of a service is meant.
type Replica struct {
	Project, Service string
	// Index is its number; 0 is the lowest that runs.
	Index int
}

// pick finds a running container, and the engine it is on.
func (e *Env) pick(ctx context.Context, r Replica) (state.Container, Engine, error) {
	found, err := e.locate(ctx, r)
	if err != nil {
		return state.Container{}, nil, err
	}
	engine, err := e.engine(found.Host)
	return found.Container, engine, err
}

// locate finds a running container on whichever host, from labels alone.
// One-off containers come after replicas.
func (e *Env) locate(ctx context.Context, r Replica) (PsRow, error) {
	snapshot, absent, err := survey(ctx, e, replicasOf(r.Project, false))
	if err != nil {
		return PsRow{}, err
	}
	running := slices.DeleteFunc(snapshot.Project(r.Project), func(c state.Container) bool { return !r.means(c) })
	if len(running) == 0 {
		return PsRow{}, r.missing(absent)
	}
	found := slices.MinFunc(running, func(a, b state.Container) int {
		return cmp.Or(compareBool(a.Oneoff(), b.Oneoff()), cmp.Compare(a.Number(), b.Number()), cmp.Compare(a.Name, b.Name))
	})
	return PsRow{Container: found, Address: snapshot.Host(found.Host).Host.Address}, nil
}

func (r Replica) means(c state.Container) bool {
	return c.Service() == r.Service && alive(c.State) && (r.Index == 0 || c.Number() == r.Index)
}

// missing says that the container isn't there, as far as can be known.
func (r Replica) missing(absent []hosts.Host) error {
	sentence := fmt.Sprintf("service %q is not running", r.Service)
	if r.Index > 0 {
		sentence += fmt.Sprintf(" container #%d", r.Index)
	}
	if len(absent) == 0 {
		return fmt.Errorf("%s", sentence)
	}
	var why []string
	for _, h := range absent {
		why = append(why, h.Name+" ("+h.Status.Reason+")")
	}
	return fmt.Errorf("%s on a host that answers; no answer from %s", sentence, strings.Join(why, ", "))
}

// plainly leaves the host out of an error where there is only one.
func (e *Env) plainly(err error) error {
	known, ok := errors.AsType[*hosts.Error](err)
	if !ok || e.several() || known.Host == "" {
		return err
	}
	plain := *known
	plain.Host = ""
	return &plain
}

// engine is that of a host of the pool, by the host's name.
func (e *Env) engine(host string) (Engine, error) {
	i := slices.IndexFunc(e.Pool, func(h hosts.Host) bool { return h.Name == host })
	if i < 0 {
		return nil, fmt.Errorf("host %s: %w", host, hosts.ErrNotFound)
	}
	return e.Connect(e.Pool[i])
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
