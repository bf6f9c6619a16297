package docker

import (
	"context"
	"errors"
	"strings"

	"github.com/distribution/reference"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// withRegistry makes a call for which the engine asks an image's registry, with
// the user's login for that, and says what is wrong where the registry refuses.
func (e *Engine) withRegistry(ctx context.Context, ref string, call func(auth string) error) error {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return err
	}
	registry := reference.Domain(named)
	auth, err := e.registryAuth(ctx, registry)
	if err != nil {
		return err
	}
	return registryError(ctx, registry, ref, call(auth))
}

// registryFailure is worded as a registry's already.
type registryFailure struct{ *failure }

// registryError words what the engine said of a registry. That the engine wasn't
// reached, or the time is up, is another matter.
func registryError(ctx context.Context, registry, ref string, err error) error {
	if _, lost := errors.AsType[*connectionError](err); err == nil || lost || ctx.Err() != nil {
		return err
	}
	f := refused(err)
	f.text = strings.TrimPrefix(f.text, "unknown: ")
	f.text = strings.TrimPrefix(f.text, `failed to resolve reference "`+ref+`": `)
	if hint, kind := hosts.RegistryFailure(registry, f.text); hint != "" {
		f.kind, f.hint = kind, hint
		if guess, ok := errors.AsType[*failure](err); ok {
			f.cause = guess.cause
		}
	}
	return registryFailure{f}
}
