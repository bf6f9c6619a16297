//go:build unix

package main

import (
	"errors"
	"syscall"
)

// gone tells that no process has that number.
func gone(process int) bool {
	return process > 0 && errors.Is(syscall.Kill(process, 0), syscall.ESRCH)
}
