package compose

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/distribution/reference"
	"golang.org/x/sync/errgroup"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// ImageRow is the image of a container.
type ImageRow struct {
	state.Container
	// Image has nothing but the ID where the host lacks it by now.
	Image hosts.Image
	// Repository and Tag are the reference that the container was made from, ""
	// where that is an ID.
	Repository, Tag string
}

// Images lists the images of a project's containers, also of those that don't
// run, sorted by the containers' names and hosts. No services is all.
func Images(ctx context.Context, env *Env, project string, services []string) ([]ImageRow, []HostStatus, error) {
	s, absent, err := survey(ctx, env, hosts.ContainerFilter{Labels: []string{ofProject(project)}, All: true})
	if err != nil {
		return nil, nil, err
	}
	rows := chosen(s, project, services)
	images := make([]ImageRow, len(rows))
	inspect := inspections{env: env, once: map[imageKey]func() (hosts.Image, error){}}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(perHost * len(env.Pool))
	for i, c := range rows {
		g.Go(func() (err error) {
			images[i] = ImageRow{Container: c}
			images[i].Repository, images[i].Tag = named(c.Image)
			images[i].Image, err = inspect.image(ctx, c)
			return err
		})
	}
	return images, statuses(absent, project), g.Wait()
}

// perHost is how many requests a host is asked at once where a view asks for
// each container.
const perHost = 4

// chosen are the containers of the services, sorted by name and host; no
// services is all.
func chosen(s state.Snapshot, project string, services []string) []state.Container {
	rows := slices.DeleteFunc(s.Project(project), func(c state.Container) bool {
		return len(services) > 0 && !slices.Contains(services, c.Service())
	})
	slices.SortFunc(rows, func(a, b state.Container) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Host, b.Host))
	})
	return rows
}

// named takes a reference apart. An ID has no names.
func named(ref string) (repository, tag string) {
	if strings.HasPrefix(ref, "sha256:") {
		return "", ""
	}
	n, err := reference.ParseDockerRef(ref)
	if err != nil {
		return "", ""
	}
	if t, ok := n.(reference.Tagged); ok {
		tag = t.Tag()
	}
	return reference.FamiliarName(n), tag
}

// inspections asks each host once for each image, whatever the number of its
// containers.
type inspections struct {
	env   *Env
	mutex sync.Mutex
	once  map[imageKey]func() (hosts.Image, error)
}

type imageKey struct {
	host, ref string
	platform  hosts.Platform
}

func (i *inspections) image(ctx context.Context, c state.Container) (hosts.Image, error) {
	i.mutex.Lock()
	key := imageKey{c.Host, c.Image, c.Platform}
	ask, known := i.once[key]
	if !known {
		ask = sync.OnceValues(func() (hosts.Image, error) { return i.inspect(ctx, c) })
		i.once[key] = ask
	}
	i.mutex.Unlock()
	image, err := ask()
	if errors.Is(err, hosts.ErrNotFound) {
		return hosts.Image{ID: c.ImageID}, nil
	}
	return image, err
}

func (i *inspections) inspect(ctx context.Context, c state.Container) (hosts.Image, error) {
	engine, err := i.env.engine(c.Host)
	if err != nil {
		return hosts.Image{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, i.env.patience())
	defer cancel()
	return engine.ContainerImage(ctx, c.Container)
}
