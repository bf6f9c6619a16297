package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// errPathMissing is how all engines begin to tell of a path that they lack, which
// no code of theirs tells.
const errPathMissing = "bind source path does not exist"

// checkPaths has the engine look at paths of its host, which it does when it
// creates a container that mounts them. What else keeps it from creating one
// says nothing of the paths: that is left to the real one.
func (r *run) checkPaths(ctx context.Context, engine Engine, a plan.CheckPaths) error {
	var missing []string
	for left := slices.Clone(a.Paths); len(left) > 0; {
		err := tryPaths(ctx, engine, a, left)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		at := lacking(err, left)
		if at < 0 {
			break
		}
		missing = append(missing, wants(left[at]))
		left = slices.Delete(left, at, at+1)
	}
	if len(missing) == 0 {
		return nil
	}
	todo := ": create it there"
	if r.Several {
		todo += ", or mount a path inside of the project, which is brought to the host"
	}
	return &hosts.Error{Op: "check paths", Err: errors.New(strings.Join(missing, "; ") + todo)}
}

// tryPaths creates a container that mounts the paths, and removes it.
func tryPaths(ctx context.Context, engine Engine, a plan.CheckPaths, paths []plan.HostPath) error {
	spec := hosts.ContainerSpec{
		Name:       a.Name,
		Config:     &container.Config{Image: a.Image, Cmd: []string{"true"}},
		HostConfig: &container.HostConfig{NetworkMode: "none"},
	}
	for i, p := range paths {
		spec.HostConfig.Mounts = append(spec.HostConfig.Mounts, mount.Mount{
			Type: mount.TypeBind, Source: p.Path, Target: "/check/" + strconv.Itoa(i), ReadOnly: true,
		})
	}
	id, err := engine.CreateContainer(ctx, spec)
	if errors.Is(err, hosts.ErrConflict) { // an interrupted run left it
		if err = discard(ctx, engine, a.Name); err == nil {
			id, err = engine.CreateContainer(ctx, spec)
		}
	}
	if err != nil {
		return err
	}
	return discard(ctx, engine, id)
}

// lacking is which of the paths an engine says it lacks, -1 for none.
func lacking(err error, paths []plan.HostPath) int {
	if err == nil {
		return -1
	}
	_, path, found := strings.Cut(err.Error(), errPathMissing+": ")
	if !found {
		return -1
	}
	return slices.IndexFunc(paths, func(p plan.HostPath) bool { return strings.TrimSpace(path) == p.Path })
}

func wants(p plan.HostPath) string {
	where := ""
	if p.Where != "" {
		where = " (" + p.Where + ")"
	}
	return fmt.Sprintf("%s doesn't exist on the host, and service %s wants it%s", p.Path, p.Service, where)
}
