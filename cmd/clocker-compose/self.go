package main

import (
	"cmp"
	"os"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose"
)

// self is this run, as others that wait for it are told.
func (s *session) self() compose.Self {
	host, _ := os.Hostname()
	return compose.Self{
		Name:    cmp.Or(s.getenv("USER"), s.getenv("LOGNAME"), "somebody") + "@" + cmp.Or(host, "a machine without a name"),
		Machine: processes(),
		Process: os.Getpid(),
		Gone:    gone,
	}
}

// processes names the set of processes that this one is in, "" where the system
// doesn't tell: the kernel since its start, and the name space in it.
func processes() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + space
}
