package docker

import (
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// sshDir is a folder for control sockets that only this user can enter. It is
// held as long as this process lives, however it ends.
type sshDir struct {
	path string
	held *os.File
}

var (
	// ownDirs are names of such folders, which os.MkdirTemp ends with a number.
	ownDirs = regexp.MustCompile(`^clocker-[0-9]+$`)
	// ownFiles are what ssh said; the sockets go with the processes behind them.
	ownFiles = regexp.MustCompile(`^[0-9]+\.said$`)
)

// abandonedAfter is longer than it takes to hold a folder that was just made.
const abandonedAfter = 2 * persistSeconds * time.Second

// newSSHDir makes a folder with a path that is short enough for a socket, and
// takes away those that killed processes left.
func newSSHDir(parent string, now time.Time) (*sshDir, error) {
	if len(parent)+len("/clocker-0123456789/00") > maxControlPath {
		parent = "/tmp"
	}
	removeAbandoned(parent, now)
	path, err := os.MkdirTemp(parent, "clocker-")
	if err != nil {
		return nil, err
	}
	held, err := os.Open(path)
	if err == nil {
		err = hold(held)
	}
	if err != nil {
		_ = os.RemoveAll(path)
		return nil, err
	}
	return &sshDir{path: path, held: held}, nil
}

func (d *sshDir) remove() error {
	defer d.held.Close()
	return os.RemoveAll(d.path)
}

// removeAbandoned is about tidiness alone: what it can't do, the next one will.
func removeAbandoned(parent string, now time.Time) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, e := range entries {
		if path := filepath.Join(parent, e.Name()); e.IsDir() && ownDirs.MatchString(e.Name()) && abandoned(path, now) {
			_ = os.RemoveAll(path)
		}
	}
}

// abandoned tells whether nobody holds a folder of this user, and no connection
// lives in it.
func abandoned(path string, now time.Time) bool {
	dir, err := os.Open(path)
	if err != nil {
		return false
	}
	defer dir.Close()
	info, err := dir.Stat()
	if err != nil || now.Sub(info.ModTime()) < abandonedAfter || hold(dir) != nil {
		return false
	}
	files, err := dir.Readdirnames(-1)
	for _, name := range files {
		if !ownFiles.MatchString(name) {
			return false
		}
	}
	return err == nil
}
