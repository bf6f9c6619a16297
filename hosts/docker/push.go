package docker

import (
	"context"

	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// PushImage pushes a reference with the user's login for its registry, and
// returns when the registry has it.
func (e *Engine) PushImage(ctx context.Context, ref string, progress func(hosts.PullProgress)) error {
	return e.do(ctx, "push image "+ref, 0, func(ctx context.Context) error { return e.push(ctx, ref, progress) })
}

func (e *Engine) push(ctx context.Context, ref string, progress func(hosts.PullProgress)) error {
	return e.withRegistry(ctx, ref, func(auth string) (err error) {
		if auth == "" { // engines before 23 take no request without one
			if auth, err = authconfig.Encode(registry.AuthConfig{}); err != nil {
				return err
			}
		}
		stream, err := e.api.ImagePush(ctx, ref, client.ImagePushOptions{RegistryAuth: auth})
		if err != nil {
			return err
		}
		defer stream.Close()
		return follow(ctx, stream, progress)
	})
}
