package execute

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// pulls is who pulls what in a run, and who has it by now: hosts that their
// registry gives nothing get it from these.
type pulls struct {
	mu   sync.Mutex
	list map[pullKey]*pullState
}

// pullKey is what is the same image on all hosts of a platform.
type pullKey struct {
	ref, platform string
	native        hosts.Platform
}

type pullState struct {
	// asking are the IDs of steps that ask the registry, or are about to.
	asking map[string]bool
	// holders got it in this run.
	holders []string
	// changed is closed at the next change, and then another one.
	changed chan struct{}
}

// expect notes the steps that nothing keeps from asking.
func (p *pulls) expect(steps []plan.Step) {
	for _, s := range steps {
		if a, ok := s.Action.(plan.PullImage); ok && len(s.After) == 0 {
			p.begin(s, a)
		}
	}
}

// of returns the state of what a step pulls; the caller holds the lock.
func (p *pulls) of(a plan.PullImage) *pullState {
	if p.list == nil {
		p.list = map[pullKey]*pullState{}
	}
	key := pullKey{a.Ref, a.Platform, a.Native}
	if p.list[key] == nil {
		p.list[key] = &pullState{asking: map[string]bool{}, changed: make(chan struct{})}
	}
	return p.list[key]
}

// begin notes that a step asks its registry.
func (p *pulls) begin(s plan.Step, a plan.PullImage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of(a).asking[s.ID] = true
}

// end notes that it doesn't any more, and whether its host has the image.
func (p *pulls) end(s plan.Step, a plan.PullImage, brought bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	state := p.of(a)
	if !state.asking[s.ID] {
		return
	}
	delete(state.asking, s.ID)
	if brought {
		state.holders = append(state.holders, s.Host)
	}
	close(state.changed)
	state.changed = make(chan struct{})
}

// had returns the hosts that got the image in this run, once there are any, or
// none is any more to come.
func (p *pulls) had(ctx context.Context, a plan.PullImage) []string {
	for {
		p.mu.Lock()
		state := p.of(a)
		holders, asking, changed := slices.Clone(state.holders), len(state.asking), state.changed
		p.mu.Unlock()
		if len(holders) > 0 || asking == 0 {
			return holders
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// relieve brings an image that the registry doesn't give from a host that has
// it, and says so in the remark. Without any such host the refusal stands.
func (r *run) relieve(ctx context.Context, engine Engine, s plan.Step, a plan.PullImage, refusal error) (remark string, err error) {
	from, err := r.relievers(ctx, a)
	if err != nil {
		return "", err
	}
	if len(from) == 0 {
		return "", refusal
	}
	err = r.bring(ctx, engine, s, plan.CopyImage{Ref: a.Ref, From: from[0], Also: from[1:]})
	if err != nil {
		return "", errors.Join(refusal, err)
	}
	return "copied from host " + from[0] + ", because the registry gives nothing: " + cause(refusal), nil
}

// relievers are the hosts that have the image which the step is to bring. Where
// the registry didn't even say which that is, it is the one that it gave to others
// in this run, and else, unless a newer one is asked for, the one that others have.
func (r *run) relievers(ctx context.Context, a plan.PullImage) (from []string, err error) {
	if pinned(a.Ref, "any") == "" {
		return nil, nil // a reference by digest, which only a registry gives to an engine
	}
	var had []string
	if err := r.aside(ctx, func() { had = r.pulls.had(ctx, a) }); err != nil {
		return nil, err
	}
	digest := r.images.known(a.Ref)
	for _, host := range append(had, a.Holders...) {
		fresh := len(from) < 1+relieving && (digest != "" || !a.Always || !slices.Contains(a.Holders, host))
		if fresh && !slices.Contains(from, host) && r.has(ctx, host, a.Ref, digest) {
			from = append(from, host)
		}
	}
	return from, nil
}

// relieving is how many hosts beside the first one may be asked for an image.
const relieving = 2

// has tells whether a host's image of a reference is the one with the digest; "" is any.
func (r *run) has(ctx context.Context, host, ref, digest string) bool {
	image, err := r.imageOn(ctx, host, ref)
	return err == nil && (digest == "" || slices.ContainsFunc(image.Digests, func(d string) bool { return strings.HasSuffix(d, "@"+digest) }))
}

// cause is the engine's own words.
func cause(err error) string {
	if known, ok := errors.AsType[*hosts.Error](err); ok {
		return known.Err.Error()
	}
	return err.Error()
}
