package remote

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Cache is a folder in which each thing that was fetched has a folder of its
// own, which is complete where it exists.
type Cache string

// folder is where a thing is; ok tells whether it is there.
func (c Cache) folder(id string) (path string, ok bool) {
	path = filepath.Join(string(c), id)
	info, err := os.Stat(path)
	return path, err == nil && info.IsDir()
}

// keep makes the folder of a thing by filling one that gets its name at the
// end. Of two that fetch the same at once, one is as good as the other.
func (c Cache) keep(id string, fill func(folder string) error) (path string, err error) {
	if err := os.MkdirAll(string(c), 0o700); err != nil {
		return "", fmt.Errorf("make cache: %w", err)
	}
	partial, err := os.MkdirTemp(string(c), ".partial-*")
	if err != nil {
		return "", fmt.Errorf("make cache: %w", err)
	}
	if err := fill(partial); err != nil {
		return "", errors.Join(err, os.RemoveAll(partial))
	}
	path, _ = c.folder(id)
	if err := os.Rename(partial, path); err != nil {
		if _, there := c.folder(id); there {
			return path, os.RemoveAll(partial)
		}
		return "", errors.Join(fmt.Errorf("keep in cache: %w", err), os.RemoveAll(partial))
	}
	return path, nil
}

// composeFile is the compose file of a folder, by one of its usual names.
func composeFile(folder string) (string, error) {
	for _, name := range []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"} {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: there is no compose.yaml in it", fs.ErrNotExist)
}
