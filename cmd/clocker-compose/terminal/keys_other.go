//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package terminal

import "errors"

// Keys isn't to be had on this system.
func Keys(any) (restore func(), err error) {
	return nil, errors.New("this system's terminals can't be read key by key")
}
