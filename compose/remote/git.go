package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Git fetches compose files from repositories, with the git program of this
// machine, and so with the user's keys and helpers.
type Git struct {
	Cache Cache
	// Environ is the environment of git, KEY=VALUE.
	Environ []string
}

// gitTimeout bounds one call of git.
const gitTimeout = 5 * time.Minute

// Fetch returns the path of a compose file of a repository, at the commit that
// the reference means now.
func (g Git) Fetch(ctx context.Context, path string) (string, error) {
	at, err := parseGit(path)
	if err != nil {
		return "", fmt.Errorf("compose file %s: %w", shown(path), err)
	}
	file, err := g.fetch(ctx, at)
	if err != nil {
		return "", fmt.Errorf("compose file %s: %w", shown(path), err)
	}
	return file, nil
}

func (g Git) fetch(ctx context.Context, at gitReference) (string, error) {
	commit, err := g.resolve(ctx, at)
	if err != nil {
		return "", err
	}
	folder, ok := g.Cache.folder(commit)
	if !ok {
		folder, err = g.Cache.keep(commit, func(into string) error { return g.checkOut(ctx, at.url, commit, into) })
		if err != nil {
			return "", err
		}
	}
	return inRepository(folder, at.folder)
}

// resolve is the commit that a reference means.
func (g Git) resolve(ctx context.Context, at gitReference) (string, error) {
	if commitName().MatchString(at.ref) {
		return at.ref, nil
	}
	ref := at.ref
	if ref == "" {
		ref = "HEAD"
	}
	out, err := g.run(ctx, "", "ls-remote", "--", at.url, ref, ref+"^{}")
	if err != nil {
		return "", fmt.Errorf("failed to access repository at %s: %w", shown(at.url), err)
	}
	commit := bestMatch(out, ref)
	if !commitName().MatchString(commit) {
		return "", fmt.Errorf("repository does not contain ref %s", ref)
	}
	return commit, nil
}

// bestMatch picks from "COMMIT NAME" lines what a ref means: what an annotated
// tag stands for, else itself, a tag or a branch.
func bestMatch(lines, ref string) string {
	found := map[string]string{}
	for line := range strings.Lines(lines) {
		if commit, name, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			found[name] = commit
		}
	}
	for _, name := range []string{"refs/tags/" + ref + "^{}", "refs/tags/" + ref, "refs/heads/" + ref, ref} {
		if commit := found[name]; commit != "" {
			return commit
		}
	}
	return ""
}

// checkOut fetches one commit into an empty folder, and what it holds, not how
// it came about. Git checks that all of it has the commit's digest.
func (g Git) checkOut(ctx context.Context, url, commit, folder string) error {
	for _, words := range [][]string{
		{"init", "--quiet", "--template="},
		{"fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", url, commit},
		{"-c", "advice.detachedHead=false", "checkout", "--quiet", "--force", commit},
	} {
		if _, err := g.run(ctx, folder, words...); err != nil {
			return fmt.Errorf("fetch commit %.12s: %w", commit, err)
		}
	}
	return os.RemoveAll(filepath.Join(folder, ".git"))
}

// run runs git without questions, hooks, and transports that run programs.
func (g Git) run(ctx context.Context, folder string, words ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitTimeout)
	defer cancel()
	words = append([]string{"-c", "core.hooksPath=" + os.DevNull, "-c", "fetch.fsckObjects=true", "-c", "protocol.file.allow=never"}, words...)
	cmd := exec.CommandContext(ctx, "git", words...)
	cmd.Dir = folder
	cmd.Env = append(withoutGit(g.Environ), "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=git:http:https:ssh", "LC_ALL=C")
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("git isn't installed here")
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", errors.Join(errors.New(strings.TrimSpace(complaint.String())))
	}
	return out.String(), nil
}

// withoutGit leaves out variables that would point git at another repository.
func withoutGit(environ []string) []string {
	var kept []string
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		switch name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES":
		default:
			kept = append(kept, variable)
		}
	}
	return kept
}

// inRepository is the compose file of a folder of a repository, which no link
// may lead out of.
func inRepository(root, folder string) (string, error) {
	path := filepath.Join(root, filepath.FromSlash(folder))
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("the repository has no %s", folder)
	}
	if info.IsDir() {
		if path, err = composeFile(path); err != nil {
			return "", err
		}
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	realRoot, err := filepath.EvalSymlinks(root)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(realRoot, real); err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("refused: %s leads out of the repository", filepath.Base(path))
	}
	return path, nil
}
