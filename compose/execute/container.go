package execute

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// createContainer creates a replica, with the labels that depend on what the
// host has: the ID of its image, and of the containers that it lives with.
func (r *run) createContainer(ctx context.Context, engine Engine, s plan.Step, a plan.CreateContainer) error {
	working, done := "Creating", "Created"
	if a.Replaces != "" {
		working, done = "Recreate", "Recreated"
	}
	return r.doing(s, "Container "+a.Name, working, done, func() error {
		spec, err := late(ctx, engine, a)
		if err != nil {
			return err
		}
		_, err = engine.CreateContainer(ctx, spec)
		return pathMissing(nameTaken(err))
	})
}

// nameTaken says what to do about a name that is taken.
func nameTaken(err error) error {
	told, ok := err.(*hosts.Error) //nolint:errorlint // engines return it as it is
	if !ok || told.Hint != "" || !errors.Is(err, hosts.ErrConflict) {
		return err
	}
	hinted := *told
	hinted.Hint = "rename or remove the container that has the name; it isn't this project's"
	return &hinted
}

// pathMissing says what to do about a path that the host lacks.
func pathMissing(err error) error {
	told, ok := err.(*hosts.Error) //nolint:errorlint // engines return it as it is
	if !ok || told.Hint != "" || !strings.Contains(told.Error(), errPathMissing) {
		return err
	}
	hinted := *told
	hinted.Hint = "paths outside of the project are the host's own; create it there, or mount a path inside of the project, which is brought to the host"
	return &hinted
}

// late completes a request with what is only known on the host.
func late(ctx context.Context, engine Engine, a plan.CreateContainer) (hosts.ContainerSpec, error) {
	spec := a.Spec
	image, err := engine.InspectImage(ctx, a.Image)
	if err != nil {
		return spec, err
	}
	if len(a.Heritage) > 0 {
		spec = container.Inherit(spec, a.Heritage, image.Volumes)
	}
	config := *spec.Config
	config.Labels = maps.Clone(config.Labels)
	config.Labels[hosts.LabelImage] = image.ID
	if a.Rehash != nil {
		if config.Labels[hosts.LabelConfigHash], err = rehash(ctx, engine, a); err != nil {
			return spec, err
		}
	}
	if config.Labels[hosts.LabelImageVolumeDigest], err = imageVolumes(ctx, engine, spec); err != nil {
		return spec, err
	}
	if config.Labels[hosts.LabelImageVolumeDigest] == "" {
		delete(config.Labels, hosts.LabelImageVolumeDigest)
	}
	spec.Config = &config
	return spec, nil
}

// imageVolumes are the mounts of images with the IDs that they have now:
// "TARGET=ID", sorted, separated by commas.
func imageVolumes(ctx context.Context, engine Engine, spec hosts.ContainerSpec) (string, error) {
	var digests []string
	for _, m := range spec.HostConfig.Mounts {
		if m.Type != mount.TypeImage {
			continue
		}
		image, err := engine.InspectImage(ctx, m.Source)
		if err != nil {
			return "", err
		}
		digests = append(digests, m.Target+"="+image.ID)
	}
	slices.Sort(digests)
	return strings.Join(digests, ","), nil
}

func rehash(ctx context.Context, engine Engine, a plan.CreateContainer) (string, error) {
	ids := map[string]string{}
	for service, name := range a.Parents {
		parent, err := engine.InspectContainer(ctx, name)
		if err != nil {
			return "", err
		}
		ids[service] = parent.ID
	}
	return a.Rehash(ids)
}

func (r *run) rename(ctx context.Context, engine Engine, s plan.Step, a plan.RenameContainer) error {
	if err := engine.RenameContainer(ctx, a.Container, a.To); err != nil {
		return err
	}
	if s.Reason == plan.ReasonInterrupted {
		r.tell(s, "Container "+a.To, Done, "Renamed")
	}
	return nil
}

func (r *run) start(ctx context.Context, engine Engine, s plan.Step, a plan.StartContainer) error {
	return r.doing(s, "Container "+a.Name, "Starting", "Started", func() error {
		if a.Withheld {
			_, end := r.withhold(ctx, s, a.Name)
			defer end()
		}
		if err := startWith(ctx, engine, a); err != nil {
			return err
		}
		return r.RunHooks(ctx, engine, a.Container, a.Name, a.PostStart)
	})
}

func startWith(ctx context.Context, engine Engine, a plan.StartContainer) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := putFiles(ctx, engine, a.Container, a.Files); err != nil {
		return err
	}
	return engine.StartContainer(ctx, a.Container)
}

// stopGrace is what an engine may take beyond the container's own timeout.
const stopGrace = time.Minute

func (r *run) stop(ctx context.Context, engine Engine, s plan.Step, a plan.StopContainer) error {
	effect := func() error {
		if a.Withdraw != "" {
			end, err := r.withdraw(ctx, s, a.Withdraw)
			defer end()
			if err != nil {
				return err
			}
		}
		if err := r.runPreStop(ctx, engine, a.ID, a.Name, a.PreStop); err != nil {
			return err
		}
		if a.Timeout != nil {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, *a.Timeout+stopGrace)
			defer cancel()
		}
		return gone(engine.StopContainer(ctx, a.ID, hosts.StopOptions{Timeout: a.Timeout}))
	}
	if a.Quiet {
		return effect()
	}
	return r.doing(s, "Container "+a.Name, "Stopping", "Stopped", effect)
}

func (r *run) removeContainer(ctx context.Context, engine Engine, s plan.Step, a plan.RemoveContainer) error {
	effect := func() error { return gone(engine.RemoveContainer(ctx, a.ID, a.Force, a.Volumes)) }
	if a.Quiet {
		return effect()
	}
	return r.doing(s, "Container "+a.Name, "Removing", "Removed", effect)
}

// gone forgives that what was to go is gone already.
func gone(err error) error {
	if errors.Is(err, hosts.ErrNotFound) {
		return nil
	}
	return err
}
