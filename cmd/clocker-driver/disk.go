package main

import (
	"golang.org/x/sys/unix"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// disk is the file system that the container's own files are on: the one where
// the engine keeps those of all containers.
func disk() (hosts.Disk, error) {
	var s unix.Statfs_t
	if err := unix.Statfs("/", &s); err != nil {
		return hosts.Disk{}, err
	}
	block := int64(s.Bsize)
	return hosts.Disk{TotalBytes: int64(s.Blocks) * block, FreeBytes: int64(s.Bavail) * block}, nil
}
