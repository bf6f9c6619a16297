package fake

import (
	"context"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Events calls each for each event that the options select, until ctx ends or
// the engine's clock says that it was the last.
func (e *Engine) Events(ctx context.Context, o hosts.EventOptions, each func(hosts.ContainerEvent)) error {
	since, remembered := moment(o.Since)
	until, ends := moment(o.Until)
	var seen int
	err := e.call(ctx, "Events", o.Label, func(s *state) error {
		if !remembered {
			seen = len(s.Events)
		}
		return nil
	})
	if err == nil && o.Began != nil {
		o.Began()
	}
	for err == nil {
		var fresh []hosts.ContainerEvent
		var over bool
		err = e.poll(ctx, func(s *state) bool {
			fresh, over = s.Events[seen:], ends && !time.Now().Before(until)
			return len(fresh) > 0 || over
		})
		seen += len(fresh)
		for _, event := range fresh {
			early, late := remembered && event.Time.Before(since), ends && event.Time.After(until)
			if labelled(event.Labels, o.Label) && !early && !late {
				each(event)
			}
		}
		if over {
			return nil
		}
	}
	return e.explain("Events", o.Label, ignoreEnd(err))
}

// labelled tells whether labels have "key" or "key=value".
func labelled(labels map[string]string, label string) bool {
	key, value, exact := strings.Cut(label, "=")
	actual, ok := labels[key]
	return ok && (!exact || actual == value)
}
