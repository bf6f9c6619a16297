package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/clocker-compose/clocker-compose/compose/watcher"
)

// patterns are those of a .dockerignore file, relative to a folder. It isn't
// safe for concurrent use.
type patterns struct {
	folder  string
	matcher *patternmatcher.PatternMatcher
}

func newPatterns(folder string, list []string) (*patterns, error) {
	matcher, err := patternmatcher.New(list)
	if err != nil {
		return nil, fmt.Errorf("read patterns: %w", err)
	}
	return &patterns{folder, matcher}, nil
}

// match tells whether a path, or a folder that it is in, matches.
func (p *patterns) match(file string) bool {
	rel, err := filepath.Rel(p.folder, file)
	if err != nil || !watcher.Inside(p.folder, file) {
		return false
	}
	matches, err := p.matcher.MatchesOrParentMatches(rel)
	return matches && err == nil
}

// matchAll tells whether all that is in a folder matches, for certain.
func (p *patterns) matchAll(folder string) bool { return !p.matcher.Exclusions() && p.match(folder) }

// passingFiles are what editors keep for a moment, and what git keeps.
func passingFiles(folder string) *patterns {
	p, err := newPatterns(folder, []string{
		"**/.git", "**/.idea",
		"**/*~", "**/.*.sw[nopx]", "**/4913", // vim
		"**/.#*", "**/#*#", // emacs
		"**/*___jb_old___", "**/*___jb_tmp___", "**/.*.kate-swp", "**/*-go-tmp-umask",
	})
	if err != nil {
		panic(err) // they are constants
	}
	return p
}

// dockerignore are the patterns of files that aren't part of a build's context.
func dockerignore(build types.BuildConfig) (*patterns, error) {
	folder := filepath.Clean(build.Context)
	for _, name := range []string{build.Dockerfile + ".dockerignore", ".dockerignore"} {
		if filepath.IsAbs(name) {
			name, _ = filepath.Rel(folder, name)
		}
		f, err := os.Open(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list, err := ignorefile.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Join(folder, name), err)
		}
		return newPatterns(folder, list)
	}
	return newPatterns(folder, nil)
}
