package fake

import (
	"context"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Events calls each for each event from now on, until ctx ends.
func (e *Engine) Events(ctx context.Context, label string, each func(hosts.ContainerEvent)) error {
	var seen int
	err := e.call(ctx, "Events", label, func(s *state) error {
		seen = len(s.Events)
		return nil
	})
	for err == nil {
		var fresh []hosts.ContainerEvent
		err = e.poll(ctx, func(s *state) bool {
			fresh = s.Events[seen:]
			return len(fresh) > 0
		})
		seen += len(fresh)
		for _, event := range fresh {
			if labelled(event.Labels, label) {
				each(event)
			}
		}
	}
	return ignoreEnd(err)
}

// labelled tells whether labels have "key" or "key=value".
func labelled(labels map[string]string, label string) bool {
	key, value, exact := strings.Cut(label, "=")
	actual, ok := labels[key]
	return ok && (!exact || actual == value)
}
