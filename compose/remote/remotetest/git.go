package remotetest

import (
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Git is a server of one repository, repo.git.
type Git struct {
	*httptest.Server
	folder string
}

// NewGit serves a repository whose first commit has the files, by path; a
// content that begins with "-> " is a symbolic link. It is kept in the folder.
func NewGit(folder string, files map[string]string) (*Git, error) {
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return nil, err
	}
	g := &Git{folder: filepath.Join(folder, "work")}
	if err := os.MkdirAll(g.folder, 0o755); err != nil {
		return nil, err
	}
	if err := g.Git("init", "--quiet", "--initial-branch=main"); err != nil {
		return nil, err
	}
	if err := g.Commit(files); err != nil {
		return nil, err
	}
	if err := os.Symlink(filepath.Join(g.folder, ".git"), filepath.Join(folder, "repo.git")); err != nil {
		return nil, err
	}
	g.Server = httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + folder, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"},
	})
	return g, nil
}

// Address is the repository's.
func (g *Git) Address() string { return g.URL + "/repo.git" }

// Commit writes files and commits them.
func (g *Git) Commit(files map[string]string) error {
	for name, content := range files {
		path := filepath.Join(g.folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		write := func() error { return os.WriteFile(path, []byte(content), 0o644) }
		if target, link := strings.CutPrefix(content, "-> "); link {
			write = func() error { return os.Symlink(target, path) }
		}
		if err := write(); err != nil {
			return err
		}
	}
	if err := g.Git("add", "--all"); err != nil {
		return err
	}
	return g.Git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=test")
}

// Git runs git in the repository.
func (g *Git) Git(words ...string) error {
	cmd := exec.Command("git", words...)
	cmd.Dir = g.folder
	return cmd.Run()
}
