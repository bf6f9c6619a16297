package execute

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/distribution/reference"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// agreement gives all hosts of a run the same content for a reference, though
// its tag may move in the registry meanwhile.
type agreement struct {
	// shared counts the steps that pull a reference.
	shared map[string]int

	mu sync.Mutex
	// digests are what references mean, as far as it is known.
	digests map[string]string
}

func agree(steps []plan.Step) *agreement {
	a := &agreement{shared: map[string]int{}, digests: map[string]string{}}
	for _, s := range steps {
		if pull, ok := s.Action.(plan.PullImage); ok {
			a.shared[pull.Ref]++
			if pull.Digest != "" {
				a.digests[pull.Ref] = pull.Digest
			}
		}
	}
	return a
}

// digest is what a reference means to all hosts, "" where one host alone pulls
// it or its registry doesn't say. The first engine that asks asks for all; where
// it gets no answer, the next one does.
func (a *agreement) digest(ctx context.Context, engine Engine, ref string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.digests[ref]; known != "" || a.shared[ref] < 2 {
		return known
	}
	digest, err := engine.ResolveImage(ctx, ref)
	if err != nil || ctx.Err() != nil {
		return ""
	}
	a.digests[ref] = digest
	return digest
}

// known is what a reference means to all hosts, as far as that is known, "" else.
func (a *agreement) known(ref string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.digests[ref]
}

// brought notes what a host got for a tag, and tells whether it is what the
// others have.
func (a *agreement) brought(ref string, image hosts.Image) (same bool) {
	if len(image.Digests) == 0 {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.digests[ref]
	if known == "" {
		_, a.digests[ref], _ = strings.Cut(image.Digests[0], "@")
		return true
	}
	return slices.ContainsFunc(image.Digests, func(d string) bool { return strings.HasSuffix(d, "@"+known) })
}

// pinned is a reference by digest, "" where it can't be one: it is one already,
// or nothing is known.
func pinned(ref, digest string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if _, already := named.(reference.Digested); err != nil || already || digest == "" {
		return ""
	}
	return reference.FamiliarName(named) + "@" + digest
}
