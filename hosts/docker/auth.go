package docker

import (
	"context"
	"fmt"

	"github.com/docker/cli/cli/config/types"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/registry"
)

// hubKey is the name under which logins for Docker Hub are kept.
const hubKey = "https://index.docker.io/v1/"

// registryAuth is the user's login for a registry as the engine wants it, ""
// where there is none. It is asked for at each pull and never kept: a helper
// may hand out tokens that expire.
func (e *Engine) registryAuth(ctx context.Context, domain string) (string, error) {
	login, err := e.login(ctx, domain)
	if err != nil {
		return "", fmt.Errorf("find the login for %s: %w", domain, err)
	}
	if login == (types.AuthConfig{}) || login == (types.AuthConfig{ServerAddress: login.ServerAddress}) {
		return "", nil
	}
	return authconfig.Encode(registry.AuthConfig{
		Username: login.Username, Password: login.Password, Auth: login.Auth,
		ServerAddress: login.ServerAddress, IdentityToken: login.IdentityToken, RegistryToken: login.RegistryToken,
	})
}

// login asks the config file or the credential helper that it names. A helper
// that hangs is left behind when ctx ends.
func (e *Engine) login(ctx context.Context, domain string) (types.AuthConfig, error) {
	if domain == "docker.io" {
		domain = hubKey
	}
	type answer struct {
		login types.AuthConfig
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		file, err := e.logins()
		if err != nil {
			done <- answer{err: err}
			return
		}
		login, err := file.GetAuthConfig(domain)
		done <- answer{login, err}
	}()
	select {
	case a := <-done:
		return a.login, a.err
	case <-ctx.Done():
		return types.AuthConfig{}, ctx.Err()
	}
}
