package container

import (
	"strconv"
	"strings"
)

// atLeast tells whether the target's engine has the version, or doesn't say its own.
func (r *replica) atLeast(major, minor int) bool {
	parts := strings.SplitN(r.target.Host.EngineVersion, ".", 3)
	if len(parts) < 2 {
		return true
	}
	ownMajor, err := strconv.Atoi(parts[0])
	if err != nil {
		return true
	}
	ownMinor, err := strconv.Atoi(parts[1])
	return err != nil || ownMajor > major || ownMajor == major && ownMinor >= minor
}
