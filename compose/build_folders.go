package compose

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// folder makes a temporary folder for a context, named after this process, so
// that a later one knows whether it is still wanted.
func (f *contextFetch) folder() (string, error) {
	folder, err := os.MkdirTemp("", fmt.Sprintf("%s%d-*", f.prefix(), f.env.Self.Process))
	if err == nil {
		f.folders = append(f.folders, folder)
	}
	return folder, err
}

// prefix is the same for all processes that could ask whether this one is gone.
func (f *contextFetch) prefix() string {
	machine := sha256.Sum256([]byte(f.env.Self.Machine))
	return fmt.Sprintf("clocker-context-%x-", machine[:6])
}

// sweep removes the folders of runs that were killed. What can't be removed, as
// another user's, stays.
func (f *contextFetch) sweep() {
	if f.env.Self.Gone == nil || f.env.Self.Machine == "" {
		return
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), f.prefix()+"*"))
	if err != nil {
		return
	}
	for _, folder := range left {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), f.prefix()), "-")
		if process, err := strconv.Atoi(number); err == nil && f.env.Self.Gone(process) {
			_ = removeFolder(folder)
		}
	}
}

func (f *contextFetch) drop() error {
	var errs []error
	for _, folder := range f.folders {
		errs = append(errs, removeFolder(folder))
	}
	return errors.Join(errs...)
}

// removeFolder removes a folder with all that is in it, an archive's among it,
// which may hold folders that nobody may write to.
func removeFolder(folder string) error {
	return errors.Join(openFolders(folder), os.RemoveAll(folder))
}

// openFolders lets their owner remove what is in folders. Nothing outside of the
// top is touched, whatever a link in it says.
func openFolders(top string) error {
	root, err := os.OpenRoot(top)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() {
			return root.Chmod(path, 0o700)
		}
		return err
	})
}
