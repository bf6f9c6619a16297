package compose

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/remote"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// fetchContexts fetches the archives that builds take for their contexts, and
// has the builds take the folders that they are unpacked into. Drop removes
// those; it is to be called in any case.
//
// This machine fetches, and not the engine: it is the one that has the user's
// proxies and certificates, and it can refuse what is no archive, a wrong one,
// or one that was made to do harm, before an engine sees it.
func (e *Env) fetchContexts(ctx context.Context, builds *plan.Plan) (fetched *plan.Plan, drop func() error, err error) {
	f := &contextFetch{env: e, known: map[[2]string]hosts.BuildSpec{}}
	f.sweep()
	fetched = &plan.Plan{Steps: slices.Clone(builds.Steps), Warnings: builds.Warnings}
	for i, s := range fetched.Steps {
		a, ok := s.Action.(plan.BuildImage)
		if !ok || !remote.IsDownload(a.Spec.Context) && !isInput(a.Spec.Context) {
			continue
		}
		if a.Spec, err = f.replace(ctx, a.Spec); err != nil {
			return nil, f.drop, fmt.Errorf("service %s: build context: %w", a.Service, err)
		}
		fetched.Steps[i].Action = a
	}
	return fetched, f.drop, nil
}

// contextFetch is the contexts of one run.
type contextFetch struct {
	env *Env
	// known is what came of an address with a checksum.
	known map[[2]string]hosts.BuildSpec
	// folders are to be removed.
	folders []string
}

// replace returns the build with what its address holds: a folder, or where
// that is a Dockerfile alone, its text and an empty folder.
func (f *contextFetch) replace(ctx context.Context, spec hosts.BuildSpec) (hosts.BuildSpec, error) {
	key := [2]string{spec.Context, spec.Checksum}
	got, ok := f.known[key]
	if !ok {
		event := execute.Event{ID: "Context " + shown(spec.Context), Status: execute.Working, Text: "Fetching"}
		f.env.Events(event)
		var err error
		if got, err = f.fetch(ctx, spec.Context, spec.Checksum); err != nil {
			event.Status, event.Text, event.Details = execute.Error, "Error", err.Error()
			f.env.Events(event)
			return spec, err
		}
		event.Status, event.Text = execute.Done, "Fetched"
		f.env.Events(event)
		f.known[key] = got
	}
	spec.Origin, spec.Context = spec.Context, got.Context
	inside, found := strings.CutPrefix(spec.Dockerfile, spec.Origin+"/") // as a context that looks like a folder has it
	switch {
	case spec.Inline != "":
	case got.Inline != "":
		spec.Inline, spec.Dockerfile = got.Inline, ""
	case spec.Dockerfile != "" && (found || !filepath.IsAbs(spec.Dockerfile)):
		if !filepath.IsLocal(inside) {
			return spec, fmt.Errorf("dockerfile %s leads out of the archive", inside)
		}
		spec.Dockerfile = filepath.Join(got.Context, inside)
	}
	return spec, nil
}

// shown is what a context is called in messages.
func shown(address string) string {
	if isInput(address) {
		return "from standard input"
	}
	return shortAddress(address)
}

// shortAddress is an address without what may be a password in it.
func shortAddress(address string) string {
	address, _, _ = strings.Cut(address, "?")
	if scheme, rest, found := strings.Cut(address, "://"); found {
		if at := strings.LastIndex(rest, "@"); at >= 0 {
			return scheme + "://" + rest[at+1:]
		}
	}
	return address
}
