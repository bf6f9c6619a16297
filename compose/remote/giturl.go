package remote

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// gitReference is a place in a git repository: URL[#REF[:FOLDER]].
type gitReference struct {
	url string
	// ref is a branch, a tag or a commit; "" is the repository's default.
	ref string
	// folder is in the repository, "" its root; it may name a file.
	folder string
}

// IsGit tells whether a path names a git repository.
func IsGit(path string) bool {
	address, _, _ := strings.Cut(path, "#")
	for _, scheme := range []string{"git://", "git@", "ssh://"} {
		if strings.HasPrefix(address, scheme) {
			return true
		}
	}
	return (strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")) && strings.HasSuffix(address, ".git")
}

// gitWord matches what a ref consists of. One that began with a dash would be
// an option to git.
func gitWord() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_./@+-]*$`) }

// commitName matches the name of a commit, in full.
func commitName() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`) }

func parseGit(path string) (gitReference, error) {
	address, fragment, _ := strings.Cut(path, "#")
	ref, folder, _ := strings.Cut(fragment, ":")
	folder = strings.Trim(folder, "/")
	switch {
	case ref != "" && (!gitWord().MatchString(ref) || strings.Contains(ref, "..")):
		return gitReference{}, fmt.Errorf("%q is no branch, tag or commit", ref)
	case folder != "" && !filepath.IsLocal(filepath.FromSlash(folder)):
		return gitReference{}, fmt.Errorf("refused: %q leads out of the repository", folder)
	case strings.ContainsAny(address, "\n\r\x00"):
		return gitReference{}, errors.New("there is a line break in its address")
	}
	return gitReference{address, ref, folder}, nil
}

// shown is an address without the password that it may have.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	return u.Redacted()
}
