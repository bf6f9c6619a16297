//go:build unix

package program

import (
	"os/exec"
	"syscall"
)

// ownGroup lets all that the program starts end with it.
func ownGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}
