package watcher

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// tooMany tells what to do where the system allows no more to be watched.
func tooMany(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("this machine allows %s folders to be watched, and that is used up: allow more with `sudo sysctl fs.inotify.max_user_watches=1048576`, "+
			"or leave folders out with ignore (%w)", limit("max_user_watches"), err)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("this machine allows %s programs to watch files, and that is used up: allow more with `sudo sysctl fs.inotify.max_user_instances=1024`, "+
			"or end one (%w)", limit("max_user_instances"), err)
	}
	return err
}

// limit is what the system says, in words where it doesn't.
func limit(name string) string {
	text, err := os.ReadFile("/proc/sys/fs/inotify/" + name)
	if err != nil {
		return "so many"
	}
	return strings.TrimSpace(string(text))
}
