package files

import (
	"io/fs"
	"os"
	"syscall"
)

// own gives a file the owner that another has.
func own(f *os.File, like fs.FileInfo) error {
	s, ok := like.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return f.Chown(int(s.Uid), int(s.Gid))
}
