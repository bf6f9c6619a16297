package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// hostFilterHelp are the keys of hostFilter, and what stands behind each.
const hostFilterHelp = "name=REGEXP, location=NAME, label=KEY[=VALUE], size=NAME, status=ready, drained or down, " +
	"engine=VERSION, platform=OS[/ARCH] or fabric=STATE"

// hostFilter is which hosts are listed.
type hostFilter struct{ filters }

func parseHostFilter(words []string) (hostFilter, error) {
	f, err := parseFilters(words, "name", "location", "label", "size", "status", "engine", "platform", "fabric")
	for _, status := range f["status"] {
		if !slices.Contains([]string{"ready", "drained", "down"}, status) {
			return hostFilter{}, fmt.Errorf("invalid filter 'status=%s': use ready, drained or down", status)
		}
	}
	return hostFilter{f}, err
}

// observes tells whether hosts have to be asked.
func (f hostFilter) observes() bool {
	return slices.ContainsFunc([]string{"status", "engine", "platform", "fabric"}, func(key string) bool { return len(f.filters[key]) > 0 })
}

// keepsDeclared looks at what is known of a host that nobody has asked.
func (f hostFilter) keepsDeclared(h hosts.Host) bool {
	return f.keepNamed(h.Name) && f.keepsLabels(h.Labels) &&
		f.keep("location", func(value string) bool { return value == h.Location }) &&
		f.keep("size", func(value string) bool { return h.Machine != nil && value == h.Machine.Size })
}

// keepsLabels tells whether, of each label that is asked for, a value is there.
func (f hostFilter) keepsLabels(labels map[string]string) bool {
	held := map[string]bool{}
	for _, word := range f.filters["label"] {
		key, wanted, valued := strings.Cut(word, "=")
		value, there := labels[key]
		held[key] = held[key] || there && (!valued || value == wanted)
	}
	for _, holds := range held {
		if !holds {
			return false
		}
	}
	return true
}

func (f hostFilter) keepsStatus(l hostLine) bool {
	status := "down"
	if l.seen.Host.Status.Ready {
		status = l.Status()
	}
	return f.keep("status", func(value string) bool { return value == status })
}

// keepsObserved looks at what a host has told, its status aside.
func (f hostFilter) keepsObserved(l hostLine) bool {
	return f.keep("engine", func(value string) bool { return begins(l.seen.Host.EngineVersion, value, ".") }) &&
		f.keep("platform", func(value string) bool { return begins(l.seen.Host.Platform.String(), value, "/") }) &&
		f.keep("fabric", func(value string) bool { return value == routerState(l.seen) })
}

// begins tells whether the first parts of a word are those of another.
func begins(word, with, separator string) bool {
	return strings.HasPrefix(word+separator, with+separator)
}
