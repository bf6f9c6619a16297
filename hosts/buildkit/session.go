package buildkit

import (
	"context"
	"fmt"

	"github.com/docker/cli/cli/config/types"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	"github.com/moby/buildkit/session/sshforward/sshprovider"
	"google.golang.org/grpc"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// attachables are what BuildKit may ask this machine for during a build, beside
// files of its contexts.
func (b *Builder) attachables(spec hosts.BuildSpec) ([]session.Attachable, error) {
	all := []session.Attachable{secretsprovider.NewSecretProvider(secretStore(spec.Secrets))}
	if b.o.Login != nil {
		all = append(all, &logins{of: b.o.Login})
	}
	if len(spec.SSH) == 0 {
		return all, nil
	}
	agents, err := sshprovider.NewSSHAgentProvider(agentConfigs(spec.SSH))
	if err != nil {
		return nil, fmt.Errorf("use ssh: %w", err)
	}
	return append(all, agents), nil
}

func agentConfigs(list []hosts.BuildSSH) []sshprovider.AgentConfig {
	var all []sshprovider.AgentConfig
	at := map[string]int{}
	for _, s := range list {
		i, known := at[s.ID]
		if !known {
			i = len(all)
			at[s.ID] = i
			all = append(all, sshprovider.AgentConfig{ID: s.ID})
		}
		all[i].Paths = append(all[i].Paths, s.Path)
	}
	return all
}

// logins answers with the user's login for one registry at a time. BuildKit
// fetches tokens with it by itself.
type logins struct {
	auth.UnimplementedAuthServer
	of func(registry string) (types.AuthConfig, error)
}

func (l *logins) Register(server *grpc.Server) { auth.RegisterAuthServer(server, l) }

// Credentials implements [auth.AuthServer].
func (l *logins) Credentials(_ context.Context, r *auth.CredentialsRequest) (*auth.CredentialsResponse, error) {
	host := r.Host
	if host == hubRegistry {
		host = "docker.io"
	}
	login, err := l.of(host)
	if err != nil {
		return nil, fmt.Errorf("find the login for %s: %w", r.Host, err)
	}
	if login.IdentityToken != "" { // which is told from a password by the lack of a name
		return &auth.CredentialsResponse{Secret: login.IdentityToken}, nil
	}
	return &auth.CredentialsResponse{Username: login.Username, Secret: login.Password}, nil
}

// hubRegistry is what BuildKit calls docker.io.
const hubRegistry = "registry-1.docker.io"
