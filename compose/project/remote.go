package project

import (
	"context"
	"fmt"
	"strings"
)

// remote tells whether a path names something that must be fetched: a git
// repository or an OCI artifact.
func remote(path string) bool {
	for _, prefix := range []string{"oci://", "git://", "git@", "ssh://", "https://", "http://"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// noRemote is a compose-go ResourceLoader that refuses remote resources in
// words, which compose-go would look for as local files.
type noRemote struct{}

func (noRemote) Accept(path string) bool { return remote(path) }

func (noRemote) Load(_ context.Context, path string) (string, error) {
	return "", remoteError(path)
}

func (noRemote) Dir(path string) string { return path }

func remoteError(path string) error {
	return fmt.Errorf("compose file %s: remote files aren't available in this version; download it and name it with -f", path)
}
