package execute

import (
	"context"
	"fmt"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// pollInterval is how often a container is asked for its condition. Engines
// tell of health by events too, but an event that was missed would hang a run.
const pollInterval = 250 * time.Millisecond

// await waits until a container meets a condition. Where the dependency isn't
// required, a failure is a warning, and what depends on it goes on.
func (r *run) await(ctx context.Context, engine Engine, s plan.Step, a plan.AwaitContainer) error {
	id := "Container " + a.Name
	r.tell(s, id, Working, "Waiting")
	word, err := r.condition(ctx, engine, s, a)
	switch {
	case err == nil:
		r.tell(s, id, Done, word)
		return nil
	case !a.Required && ctx.Err() == nil:
		r.emit(s, Event{ID: id, Status: Warning, Text: optional, Details: err.Error()})
		return nil
	}
	r.emit(s, Event{ID: id, Status: Error, Text: "Error", Details: err.Error()})
	return err
}

// condition waits, and announces a container that was withheld until it is met.
func (r *run) condition(ctx context.Context, engine Engine, s plan.Step, a plan.AwaitContainer) (word string, err error) {
	if !a.Announce {
		return r.poll(ctx, engine, a)
	}
	_, end := r.withhold(ctx, s, a.Name)
	word, err = r.poll(ctx, engine, a)
	end()
	if err == nil {
		r.announce(ctx, s, a.Name)
	}
	return word, err
}

func (r *run) poll(ctx context.Context, engine Engine, a plan.AwaitContainer) (word string, err error) {
	if r.WaitTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.WaitTimeout, errNotHealthy(r.WaitTimeout))
		defer cancel()
	}
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		c, err := engine.InspectContainer(ctx, a.Container)
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if err != nil {
			return "", err
		}
		if word, err := met(c, a); word != "" || err != nil {
			return word, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// optional is what is told of a dependency that failed and isn't required.
const optional = "Optional dependency"

// unmet is why a condition won't be met: a sentence that needs nothing before it.
type unmet string

func (u unmet) Error() string { return string(u) }

func errNotHealthy(after time.Duration) error {
	return unmet(fmt.Sprintf("application not healthy after %s", after))
}

// met is the word for the state in which the condition is met, "" where it
// isn't yet, and an error where it never will be.
func met(c hosts.ContainerDetail, a plan.AwaitContainer) (word string, err error) {
	switch a.Condition {
	case "service_completed_successfully":
		return completed(c, a)
	case "service_healthy":
		if !c.HasHealthcheck {
			return "", unmet(fmt.Sprintf("container %s has no healthcheck configured", a.Name))
		}
	}
	switch {
	case c.State == hosts.Exited && c.ExitCode == 0 && a.Condition == plan.ConditionHandover:
		return "Exited", nil
	case c.State == hosts.Exited || c.State == hosts.Dead:
		return "", unmet(fmt.Sprintf("dependency failed to start: container %s exited (%d)", a.Name, c.ExitCode))
	case c.Health == "unhealthy":
		return "", unmet(fmt.Sprintf("dependency failed to start: container %s is unhealthy", a.Name))
	case c.State != hosts.Running:
		return "", nil
	case c.HasHealthcheck && a.Condition != "service_started":
		if c.Health == "healthy" {
			return "Healthy", nil
		}
		return "", nil
	}
	if a.Condition == "running_or_healthy" {
		return "Healthy", nil // as Docker Compose says it of what has no health check, too
	}
	return "Started", nil
}

func completed(c hosts.ContainerDetail, a plan.AwaitContainer) (word string, err error) {
	if c.State != hosts.Exited && c.State != hosts.Dead {
		return "", nil
	}
	if c.ExitCode != 0 {
		return "", unmet(fmt.Sprintf("service %q didn't complete successfully: exit %d", a.Service, c.ExitCode))
	}
	return "Exited", nil
}
