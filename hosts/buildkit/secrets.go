package buildkit

import (
	"context"
	"os"

	"github.com/moby/buildkit/session/secrets"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// secretStore reads a secret when a step asks for it.
type secretStore []hosts.BuildSecret

// GetSecret implements [secrets.SecretStore].
func (s secretStore) GetSecret(_ context.Context, id string) ([]byte, error) {
	for _, secret := range s {
		switch {
		case secret.ID != id:
		case secret.File != "":
			return os.ReadFile(secret.File)
		default:
			return []byte(secret.Value), nil
		}
	}
	return nil, secrets.ErrNotFound
}
