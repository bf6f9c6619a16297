package fake

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ObserveContainers sees only containers of the host.
func (e *Engine) ObserveContainers(ctx context.Context, f hosts.ContainerFilter) (hosts.Observation, error) {
	var o hosts.Observation
	err := e.call(ctx, "ObserveContainers", strings.Join(f.Labels, ","), func(s *state) error {
		all := s.observe()
		o.Host = all.Host
		o.Containers = slices.DeleteFunc(all.Containers, func(c hosts.Container) bool {
			running := c.State == hosts.Running || c.State == hosts.Paused || c.State == hosts.Restarting
			return !running && !f.All || slices.ContainsFunc(f.Labels, func(l string) bool { return !labelled(c.Labels, l) })
		})
		return nil
	})
	return o, err
}

// ObserveHost sees only the host itself.
func (e *Engine) ObserveHost(ctx context.Context) (hosts.Observation, error) {
	var o hosts.Observation
	err := e.call(ctx, "ObserveHost", "", func(s *state) error {
		all := s.observe()
		o.Host, o.Time = all.Host, all.Time
		return nil
	})
	return o, err
}

// ObserveImages returns the images that have a tag in one of the repositories.
func (e *Engine) ObserveImages(ctx context.Context, repositories ...string) (list []hosts.Image, err error) {
	err = e.call(ctx, "ObserveImages", strings.Join(repositories, ","), func(s *state) error {
		list = slices.DeleteFunc(s.observe().Images, func(i hosts.Image) bool {
			return !slices.ContainsFunc(i.Tags, func(tag string) bool {
				repository, _, _ := strings.Cut(tag, ":")
				return slices.Contains(repositories, repository)
			})
		})
		return nil
	})
	return list, err
}

// ContainerImage returns the image that a container was made from.
func (e *Engine) ContainerImage(ctx context.Context, c hosts.Container) (hosts.Image, error) {
	var found hosts.Image
	err := e.call(ctx, "ContainerImage", c.Image, func(s *state) (err error) {
		found, err = s.image(c.Image)
		return err
	})
	return found, err
}

// Processes are the container's command alone.
func (e *Engine) Processes(ctx context.Context, name string) (hosts.Processes, error) {
	var list hosts.Processes
	err := e.call(ctx, "Processes", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		if !r.running() {
			return conflict("Container %s is not running", r.ID)
		}
		list.Titles = []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"}
		list.Rows = [][]string{{"root", "4711", "4690", "0", "12:00", "?", "00:00:00", strings.Join(r.command(), " ")}}
		return nil
	})
	return list, err
}

// ContainerUse is a tenth of a CPU and a MiB while it runs.
func (e *Engine) ContainerUse(ctx context.Context, name string) (hosts.ContainerUse, error) {
	var use hosts.ContainerUse
	err := e.call(ctx, "ContainerUse", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		use = hosts.ContainerUse{ID: r.ID, Name: r.Name, Time: time.Now()}
		if r.running() {
			cpus := int(s.Host.Capacity.NanoCPUs / 1e9)
			ran := use.Time.Sub(r.Began)
			use.CPU, use.System, use.CPUs = ran/10, ran*time.Duration(cpus), cpus
			use.MemoryBytes, use.MemoryLimit, use.Processes = 1<<20, s.Host.Capacity.MemoryBytes, 1
		}
		return nil
	})
	return use, err
}

// attributes are what the engine tells of a container in an event.
func (r *record) attributes(action string) map[string]string {
	all := map[string]string{"name": r.Name, "image": r.Spec.Config.Image}
	for key, value := range r.Spec.Config.Labels {
		all[key] = value
	}
	if action == "die" {
		all["exitCode"] = strconv.Itoa(r.ExitCode)
	}
	return all
}
