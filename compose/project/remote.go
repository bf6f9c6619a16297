package project

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// Fetched is a file that was fetched from elsewhere.
type Fetched struct {
	// Reference is as the user wrote it: oci://…, or a git repository.
	Reference string
	// File is where it is on this machine.
	File string
}

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

// fetcher fetches each resource once. It is compose-go's ResourceLoader, too,
// for what files include and extend.
type fetcher struct {
	fetch func(ctx context.Context, reference string) (file string, err error)
	known map[string]string
}

func newFetcher(o Options) *fetcher {
	return &fetcher{fetch: o.Fetch, known: map[string]string{}}
}

// Accept tells which paths it is for.
func (f *fetcher) Accept(path string) bool { return remote(path) }

// Load returns the path of the file that was fetched.
func (f *fetcher) Load(ctx context.Context, path string) (string, error) {
	if file, ok := f.known[path]; ok {
		return file, nil
	}
	if f.fetch == nil {
		return "", fmt.Errorf("compose file %s: remote files can't be fetched here; download it and name it with -f", path)
	}
	file, err := f.fetch(ctx, path)
	if err == nil {
		f.known[path] = file
	}
	return file, err
}

// Dir is the folder of what was fetched.
func (f *fetcher) Dir(path string) string {
	if file, ok := f.known[path]; ok {
		return filepath.Dir(file)
	}
	return path
}

// local puts in the place of each remote file the one that is fetched.
func (f *fetcher) local(ctx context.Context, files []string) (here []string, fetched []Fetched, err error) {
	for _, file := range files {
		if remote(file) {
			reference := file
			if file, err = f.Load(ctx, reference); err != nil {
				return nil, nil, err
			}
			fetched = append(fetched, Fetched{reference, file})
		}
		here = append(here, file)
	}
	return here, fetched, nil
}
