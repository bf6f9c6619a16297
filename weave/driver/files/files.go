// Package files does in a volume what an engine can't do from outside: it
// removes paths, and gives a file new content without making it another file.
// It runs in a container that has the volume, and nothing else of value.
package files

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Errand is what is to be done.
type Errand struct {
	// Root is the folder beyond which nothing is touched.
	Root string `json:"root"`
	// Remove are paths in it that go, with all that is in them.
	Remove []string `json:"remove"`
	// Write are files anywhere, by the path in Root whose content they become.
	Write map[string]string `json:"write"`
}

// Run does the errand that the file describes.
func Run(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var e Errand
	if err := json.Unmarshal(text, &e); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return e.do()
}

func (e Errand) do() error {
	root, err := os.OpenRoot(e.Root)
	if err != nil {
		return err
	}
	defer root.Close()
	var errs []error
	for _, path := range e.Remove {
		errs = append(errs, root.RemoveAll(path))
	}
	for path, from := range e.Write {
		errs = append(errs, write(root, path, from))
	}
	return errors.Join(errs...)
}

// write keeps the file that is there: who has it open or mounted sees the new
// content.
func write(root *os.Root, path, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	target, err := root.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, own(target, info), target.Chmod(info.Mode()), target.Close())
}
