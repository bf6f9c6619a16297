//go:build unix && !solaris && !aix

package docker

import (
	"os"
	"syscall"
)

// hold claims a folder until the file is closed or the process ends; an error
// means that another process has it.
func hold(dir *os.File) error {
	return syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
