package courier

import (
	"context"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/courier/depot"
)

// abandoned is the age at which a container that never started is nobody's: it
// takes a run a moment from its creation to its start.
const abandoned = 10 * time.Minute

// Leave takes off a host what couriers keep there between two runs.
func Leave(ctx context.Context, e Engine) {
	if seen, err := look(ctx, e); err == nil {
		tidy(ctx, e, seen, "")
	}
}

// tidy removes what runs left that were cut short, and images of other versions
// of the program. What can't be removed is in nobody's way.
func tidy(ctx context.Context, e Engine, seen hosts.Observation, image string) {
	atWork := false
	for _, c := range seen.Containers {
		if c.State == hosts.Created && seen.Time.Sub(c.Created) > abandoned {
			_ = e.RemoveContainer(ctx, c.ID, true, true)
		} else {
			atWork = true
		}
	}
	if atWork {
		return // what follows may be another run's
	}
	for _, i := range seen.Images {
		for _, tag := range i.Tags {
			repository, _, _ := strings.Cut(tag, ":")
			if repository == depot.Arriving || repository == Name && tag != image {
				_ = e.RemoveImage(ctx, tag, false)
			}
		}
	}
}
