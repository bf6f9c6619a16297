package remote_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/remote"
	"github.com/clocker-compose/clocker-compose/compose/remote/remotetest"
)

func gitServer(t *testing.T) (*remotetest.Git, remote.Git) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git isn't installed")
	}
	g, err := remotetest.NewGit(t.TempDir(), map[string]string{
		"compose.yaml": "services: {one: {image: a}}\n", "sub/compose.yml": "services: {two: {image: b}}\n",
		"evil/compose.yaml": "-> /etc/passwd", "up/compose.yaml": "-> ../../../x", "away": "-> /etc", "fine/compose.yaml": "-> ../compose.yaml",
	})
	assert.NilError(t, err)
	t.Cleanup(g.Close)
	assert.NilError(t, g.Git("tag", "-a", "v1", "-m", "first", "--no-sign"))
	return g, remote.Git{Cache: remote.Cache(filepath.Join(t.TempDir(), "cache")), Environ: append(os.Environ(), "GIT_DIR=/nonsense")}
}

func TestGitFetches(t *testing.T) {
	g, fetch := gitServer(t)
	assert.NilError(t, g.Git("config", "user.name", "test"))
	assert.NilError(t, g.Git("branch", "other"))
	assert.NilError(t, g.Commit(map[string]string{"compose.yaml": "services: {later: {image: a}}\n"}))
	for reference, want := range map[string]string{
		"": "services: {later: {image: a}}\n", "#main": "services: {later: {image: a}}\n", "#other": "services: {one: {image: a}}\n",
		"#v1": "services: {one: {image: a}}\n", "#v1:sub": "services: {two: {image: b}}\n", "#:sub/compose.yml": "services: {two: {image: b}}\n",
		"#:fine": "services: {later: {image: a}}\n",
	} {
		file, err := fetch.Fetch(t.Context(), g.Address()+reference)
		assert.NilError(t, err, reference)
		content, err := os.ReadFile(file)
		assert.NilError(t, err)
		assert.Check(t, cmp.Equal(string(content), want), reference)
	}
	kept, err := filepath.Glob(filepath.Join(string(fetch.Cache), "*"))
	assert.NilError(t, err)
	assert.Check(t, cmp.Len(kept, 2), "one folder a commit")

	// a commit that is kept takes no server
	g.Close()
	_, err = fetch.Fetch(t.Context(), g.Address()+"#"+filepath.Base(kept[0]))
	assert.NilError(t, err)
	_, err = fetch.Fetch(t.Context(), g.Address())
	assert.ErrorContains(t, err, "failed to access repository at "+g.Address())
}

func TestGitRefuses(t *testing.T) {
	g, fetch := gitServer(t)
	for reference, want := range map[string]string{
		"#:..": `refused: ".." leads out of the repository`, "#:sub/../../x": "leads out", "#:evil": "leads out of the repository",
		"#:away/passwd": "leads out of the repository", "#:up": "no compose.yaml in it",
		"#--upload-pack=x": "is no branch, tag or commit", "#a..b": "is no branch", "#nosuch": "repository does not contain ref nosuch",
		"#:nosuch": "the repository has no nosuch", "#0123456789012345678901234567890123456789": "fetch commit 012345678901",
	} {
		_, err := fetch.Fetch(t.Context(), g.Address()+reference)
		assert.ErrorContains(t, err, want, reference)
	}
}

func TestIsGit(t *testing.T) {
	for path, want := range map[string]bool{
		"git://h/r": true, "git@h:r": true, "ssh://h/r": true, "https://h/r.git": true, "https://h/r.git#main:x": true, "http://h/r.git": true,
		"https://h/compose.yaml": false, "./r.git": false, "ext::sh": false, "file:///r.git": false, "oci://h/r": false, "--x.git": false,
	} {
		assert.Check(t, cmp.Equal(remote.IsGit(path), want), path)
	}
}

func TestPasswordsAreNotShown(t *testing.T) {
	_, err := remote.Git{Cache: remote.Cache(t.TempDir())}.Fetch(t.Context(), "https://user:hunter2@127.0.0.1:1/r.git#a..b")
	assert.Error(t, err, `compose file https://user:xxxxx@127.0.0.1:1/r.git#a..b: "a..b" is no branch, tag or commit`)
}
