package compose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/tree"
)

// trees reads the project's paths that services mount, where a host of the pool
// may be another machine: what it has to be given. A path that doesn't exist is
// an empty folder, where the engine of this machine would make one.
func (e *Env) trees(ctx context.Context, p *project.Project) (map[string]*tree.Tree, error) {
	if !e.several() {
		return nil, nil
	}
	trees := map[string]*tree.Tree{}
	for _, name := range p.ServiceNames() {
		for _, v := range p.Services[name].Volumes {
			if trees[v.Source] != nil || !container.InProject(p, v) {
				continue
			}
			t, err := scan(ctx, v)
			if err != nil {
				return nil, fmt.Errorf("service %s: read %s, which is mounted from the project: %w", name, v.Source, err)
			}
			if t != nil {
				trees[v.Source] = t
			}
		}
	}
	return trees, nil
}

// scan is nil for a path that doesn't exist and isn't to be made.
func scan(ctx context.Context, v types.ServiceVolumeConfig) (*tree.Tree, error) {
	t, err := tree.Scan(ctx, v.Source)
	if !errors.Is(err, fs.ErrNotExist) {
		return t, err
	}
	if v.Bind != nil && bool(v.Bind.CreateHostPath) {
		return tree.Empty(v.Source), nil
	}
	return nil, nil
}
