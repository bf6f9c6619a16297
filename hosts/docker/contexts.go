package docker

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"path/filepath"

	"github.com/containerd/errdefs"
	dockercontext "github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/docker/go-connections/tlsconfig"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// defaultContext is the name of the context that the variables describe.
const defaultContext = "default"

// Current returns the endpoint that Docker's own client would use, and a name
// for it: that of the context, or "default". It fails where that context does
// not exist.
func Current(env Environment) (hosts.Endpoint, string, error) {
	name, err := currentContext(env)
	if err != nil {
		return hosts.Endpoint{}, "", err
	}
	if name == defaultContext {
		return defaultEndpoint(env), name, nil
	}
	endpoint := hosts.Endpoint{Context: name}
	_, err = resolve(endpoint, env)
	return endpoint, name, err
}

// currentContext follows Docker's order: DOCKER_HOST, DOCKER_CONTEXT, config.json.
func currentContext(env Environment) (string, error) {
	if env.Host != "" {
		return defaultContext, nil
	}
	if env.Context != "" {
		return env.Context, nil
	}
	file, err := env.loadConfig()
	if err != nil {
		return "", fmt.Errorf("find current docker context: %w", err)
	}
	return cmp.Or(file.CurrentContext, defaultContext), nil
}

// defaultEndpoint is what the variables say, or the local socket.
func defaultEndpoint(env Environment) hosts.Endpoint {
	endpoint := hosts.Endpoint{URL: cmp.Or(env.Host, client.DefaultDockerHost)}
	if env.TLS || env.TLSVerify {
		dir := cmp.Or(env.CertPath, env.ConfigDir)
		endpoint.TLS = &hosts.TLS{
			CA: filepath.Join(dir, "ca.pem"), Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem"),
			SkipVerify: !env.TLSVerify,
		}
	}
	return endpoint
}

func resolveContext(name string, env Environment) (target, error) {
	s := store.New(filepath.Join(env.ConfigDir, "contexts"), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(dockercontext.DockerEndpoint, func() any { return &dockercontext.EndpointMeta{} }),
	))
	meta, err := s.GetMetadata(name)
	if errdefs.IsNotFound(err) {
		return target{}, fmt.Errorf("docker context %q does not exist (list yours with: docker context ls)", name)
	}
	if err != nil {
		return target{}, fmt.Errorf("read docker context %q: %w", name, err)
	}
	return contextTarget(s, name, meta)
}

func contextTarget(s store.Reader, name string, meta store.Metadata) (target, error) {
	endpoint, err := dockercontext.EndpointFromContext(meta)
	if err != nil {
		return target{}, fmt.Errorf("read docker context %q: %w", name, err)
	}
	full, err := dockercontext.WithTLSData(s, name, endpoint)
	if err != nil {
		return target{}, fmt.Errorf("read docker context %q: %w", name, err)
	}
	config, err := contextTLS(full)
	if err != nil {
		return target{}, fmt.Errorf("read tls data of docker context %q: %w", name, err)
	}
	t, err := newTarget(endpoint.Host, config)
	t.ca = "the ca.pem of the context"
	return t, err
}

func contextTLS(e dockercontext.Endpoint) (*tls.Config, error) {
	if e.TLSData == nil && !e.SkipTLSVerify {
		return nil, nil
	}
	config := tlsconfig.ClientDefault()
	config.InsecureSkipVerify = e.SkipTLSVerify
	if e.TLSData == nil {
		return config, nil
	}
	if err := trust(config, e.TLSData.CA); err != nil {
		return nil, err
	}
	return config, present(config, e.TLSData.Cert, e.TLSData.Key)
}
