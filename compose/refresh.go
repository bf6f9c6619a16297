package compose

import (
	"context"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// due are the images that are there, and whose service wants them looked for
// again at intervals, of which one has passed. Only inspections tell when an
// image came, so that each such service costs a request for each host. An image
// that nobody tells the age of is due, as it is for Docker Compose.
func (e *Env) due(ctx context.Context, p *project.Project, s state.Snapshot, o UpOptions) map[plan.HostService]bool {
	due := map[plan.HostService]bool{}
	if o.Pull != "" || o.Pulled {
		return due
	}
	var mu sync.Mutex
	var work sync.WaitGroup
	for name, service := range p.Services {
		policy, interval, err := service.GetPullPolicy()
		if err != nil || policy != types.PullPolicyRefresh {
			continue
		}
		for _, seen := range s.Ready() {
			ref := container.Image(p, name)
			if state.Image(s.Host(seen.Host.Name), ref) == nil {
				continue
			}
			work.Go(func() {
				if e.older(ctx, seen.Host.Name, ref, interval) {
					mu.Lock()
					defer mu.Unlock()
					due[plan.HostService{Host: seen.Host.Name, Service: name}] = true
				}
			})
		}
	}
	work.Wait()
	return due
}

// older tells whether an image came to a host longer ago than the interval. One
// that can't be inspected now is left as it is.
func (e *Env) older(ctx context.Context, host, ref string, interval time.Duration) bool {
	var image hosts.Image
	engine, err := e.engineOf(host)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, e.patience())
		defer cancel()
		image, err = engine.InspectImage(ctx, ref)
	}
	return err == nil && time.Since(image.Tagged) >= interval
}
