package scheduler

import (
	"path"
	"strings"
)

// wildcards make a name a pattern.
const wildcards = `*?[\`

// target is whom a rule of affinity speaks of: services by project and name.
// Both may hold * and ?.
type target struct{ project, service string }

// matches tells whether a service, "project/service", is meant.
func (t target) matches(key string) bool {
	project, service, _ := strings.Cut(key, "/")
	return t.means(project, service)
}

func (t target) means(project, service string) bool {
	return glob(t.service, service) && glob(t.project, project)
}

// exact tells whether one service can be meant only.
func (t target) exact() bool { return !strings.ContainsAny(t.project+t.service, wildcards) }

func (t target) key() string { return t.project + "/" + t.service }

func glob(pattern, name string) bool {
	if !strings.ContainsAny(pattern, wildcards) {
		return pattern == name
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// shortKey is how a message calls a service: without its project where that is
// the reader's own.
func shortKey(key, project string) string { return strings.TrimPrefix(key, project+"/") }
