package compose

import (
	"context"
	"errors"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// PinImages is the project with its images pinned to the digests that they have
// in their registries now, with the logins of this machine. The first host that
// answers asks for all, since a digest is the same everywhere.
func PinImages(ctx context.Context, env *Env, p *project.Project) (*project.Project, error) {
	return p.WithDigests(func(ref string) (digest string, err error) {
		for _, h := range env.Pool {
			var engine Engine
			if engine, err = env.Connect(h); err == nil {
				digest, err = engine.ResolveImage(ctx, ref)
			}
			if !errors.Is(err, hosts.ErrUnreachable) {
				break
			}
		}
		return digest, err
	})
}
