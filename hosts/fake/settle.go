package fake

import (
	"strconv"
	"time"

	"github.com/moby/moby/api/types/container"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Labels of a container that script its health check, which otherwise passes
// a moment after the start. A number is how often the container is inspected
// or observed before.
const (
	LabelHealthyAfter   = "fake.healthy-after"
	LabelUnhealthyAfter = "fake.unhealthy-after"
)

// healthyTime is how long a health check that nothing scripts takes.
const healthyTime = 20 * time.Millisecond

// removalTime is how long a container that is removed when it ends stays there,
// so that its last lines are read.
const removalTime = 50 * time.Millisecond

// settle does what running containers did until now.
func (s *state) settle(now time.Time) {
	for _, r := range sorted(s.Containers) {
		s.advance(r, now)
	}
}

func (s *state) advance(r *record, now time.Time) {
	if r.State == hosts.Restarting && now.Sub(r.Finished) >= restartDelay(r.RestartCount) {
		r.RestartCount++
		_ = s.start(r, now)
	}
	if r.State == hosts.Exited && r.autoRemoved() && now.Sub(r.Finished) >= removalTime {
		if s.Last == nil {
			s.Last = map[string][]written{}
		}
		s.Last[r.ID] = r.Log
		s.remove(r, true)
		return
	}
	if r.State != hosts.Running {
		return
	}
	for ; r.Shown < len(r.Script); r.Shown++ {
		a := r.Script[r.Shown]
		at := r.Began.Add(a.After)
		if at.After(now) {
			break
		}
		if a.Exit != nil {
			s.exit(r, *a.Exit, at)
			return
		}
		if a.Unended {
			r.Held += a.Line
			continue
		}
		r.write(hosts.LogLine{Stderr: a.Stderr, Time: at, Text: r.ended(a.Line)})
	}
	if r.Health == "starting" && !r.scriptedHealth() && now.Sub(r.Began) >= healthyTime {
		s.setHealth(r, "healthy", now)
	}
}

// ended is a line as it comes out of a pipe, or out of a terminal.
func (r *record) ended(line string) []byte {
	if r.Spec.Config.Tty {
		line += "\r"
	}
	return []byte(line)
}

func (r *record) scriptedHealth() bool {
	labels := r.Spec.Config.Labels
	return labels[LabelHealthyAfter] != "" || labels[LabelUnhealthyAfter] != ""
}

// look is an inspection, as the labels count them.
func (s *state) look(r *record) {
	if r.Health == "" || r.State != hosts.Running {
		return
	}
	r.Looks++
	for label, health := range map[string]string{LabelHealthyAfter: "healthy", LabelUnhealthyAfter: "unhealthy"} {
		if n, err := strconv.Atoi(r.Spec.Config.Labels[label]); err == nil && r.Looks == n {
			s.setHealth(r, health, time.Now())
		}
	}
}

func (s *state) setHealth(r *record, health string, at time.Time) {
	r.Health = health
	s.event(r, "health_status: "+health, at)
}

// restarts tells whether the restart policy wants the exited container back.
func (s *state) restarts(r *record) bool {
	if r.Stopped || r.Spec.HostConfig == nil {
		return false
	}
	switch p := r.Spec.HostConfig.RestartPolicy; p.Name {
	case container.RestartPolicyAlways, container.RestartPolicyUnlessStopped:
		return true
	case container.RestartPolicyOnFailure:
		return r.ExitCode != 0 && (p.MaximumRetryCount == 0 || r.RestartCount < p.MaximumRetryCount)
	}
	return false
}

// restartDelay doubles with each restart, as an engine's does.
func restartDelay(restarts int) time.Duration {
	return min(100*time.Millisecond<<min(restarts, 10), time.Minute)
}
