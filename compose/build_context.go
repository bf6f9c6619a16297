package compose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	fetched = &plan.Plan{Steps: slices.Clone(builds.Steps), Warnings: builds.Warnings}
	for i, s := range fetched.Steps {
		a, ok := s.Action.(plan.BuildImage)
		if !ok || !remote.IsDownload(a.Spec.Context) {
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

func (f *contextFetch) drop() error {
	var errs []error
	for _, folder := range f.folders {
		errs = append(errs, openFolders(folder), os.RemoveAll(folder))
	}
	return errors.Join(errs...)
}

// openFolders lets their owner remove what is in folders, for an archive may
// hold some that nobody may write to.
func openFolders(top string) error {
	return filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return err
	})
}

// replace returns the build with what its address holds: a folder, or where
// that is a Dockerfile alone, its text and an empty folder.
func (f *contextFetch) replace(ctx context.Context, spec hosts.BuildSpec) (hosts.BuildSpec, error) {
	key := [2]string{spec.Context, spec.Checksum}
	got, ok := f.known[key]
	if !ok {
		event := execute.Event{ID: "Context " + shortAddress(spec.Context), Status: execute.Working, Text: "Fetching"}
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
	switch {
	case spec.Inline != "":
	case got.Inline != "":
		spec.Inline, spec.Dockerfile = got.Inline, ""
	case spec.Dockerfile != "" && !filepath.IsAbs(spec.Dockerfile):
		if !filepath.IsLocal(spec.Dockerfile) {
			return spec, fmt.Errorf("dockerfile %s leads out of the archive", spec.Dockerfile)
		}
		spec.Dockerfile = filepath.Join(got.Context, spec.Dockerfile)
	}
	return spec, nil
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
