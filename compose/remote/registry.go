package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/retry"
)

// Login is what a registry wants to know; the zero value is nothing.
type Login struct {
	Username, Password string
	// IdentityToken stands for a password, RegistryToken for the whole login.
	IdentityToken, RegistryToken string
}

// Registries is how registries are reached.
type Registries struct {
	// Login is the user's for a registry, asked for when it is needed; may be nil.
	Login func(ctx context.Context, registry string) (Login, error)
	// Insecure are registries that may be talked to without TLS. Those of this
	// machine always may, where they have none.
	Insecure []string
	// Agent is how the program calls itself.
	Agent string
}

// hub is where Docker Hub's registry is, whose name is docker.io.
const hub = "registry-1.docker.io"

// repository is the one that a reference is in.
func (r Registries) repository(ctx context.Context, ref reference.Named) (*remote.Repository, error) {
	repo, err := remote.NewRepository(ref.Name())
	if err != nil {
		return nil, err
	}
	domain := reference.Domain(ref)
	client := &auth.Client{Client: retry.DefaultClient, Cache: auth.NewCache(), Credential: r.credential(domain)}
	client.SetUserAgent(r.Agent)
	repo.Client = client
	repo.PlainHTTP = r.plain(ctx, domain)
	return repo, nil
}

// credential hands the login to the registry that it is for, and no other.
func (r Registries) credential(domain string) auth.CredentialFunc {
	return func(ctx context.Context, host string) (auth.Credential, error) {
		if r.Login == nil || host != domain && (domain != "docker.io" || host != hub) {
			return auth.EmptyCredential, nil
		}
		login, err := r.Login(ctx, domain)
		if err != nil {
			return auth.EmptyCredential, fmt.Errorf("find the login for %s: %w", domain, err)
		}
		return auth.Credential{
			Username: login.Username, Password: login.Password, RefreshToken: login.IdentityToken, AccessToken: login.RegistryToken,
		}, nil
	}
}

// plain tells whether a registry that may be talked to without TLS has none.
func (r Registries) plain(ctx context.Context, domain string) bool {
	if !loopback(domain) && !slices.Contains(r.Insecure, domain) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, "https://"+domain+"/v2/", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = answer.Body.Close()
	}
	return errors.Is(err, http.ErrSchemeMismatch)
}

func loopback(domain string) bool {
	host := domain
	if h, _, err := net.SplitHostPort(domain); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
