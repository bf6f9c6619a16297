package main

import (
	"cmp"
	"context"
	"path/filepath"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/buildkit"
	"github.com/clocker-compose/clocker-compose/hosts/buildx"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// builders are the BuildKits of their own that the user may name.
func (s *session) builders() (*buildx.Builders, error) {
	_, current, err := s.currentEndpoint()
	if err != nil {
		return nil, err
	}
	return &buildx.Builders{
		Folder:   cmp.Or(s.getenv("BUILDX_CONFIG"), filepath.Join(s.dockerEnvironment().ConfigDir, "buildx")),
		Current:  current,
		Contexts: s.hasContext,
		Engine:   s.engineAt,
	}, nil
}

func (s *session) hasContext(name string) bool {
	_, _, err := s.wiring.current(docker.Environment{ConfigDir: s.dockerEnvironment().ConfigDir, Context: name})
	return err == nil
}

// engineAt connects to the engine of a context or an address, which may be no
// host of the pool.
func (s *session) engineAt(e hosts.Endpoint) (buildx.Engine, error) {
	if e.Context == "default" {
		environment := s.dockerEnvironment()
		environment.Context = "default"
		var err error
		if e, _, err = s.wiring.current(environment); err != nil {
			return nil, err
		}
	}
	return s.connections.connect(hosts.Host{Name: e.String(), Endpoint: e})
}

// ownBuilder is the way to a BuildKit of its own, for builds on a host.
func (s *session) ownBuilder(ctx context.Context, name string, platforms []string, tell func(string)) (buildkit.Dial, error) {
	b, err := s.builders()
	if err != nil {
		return nil, err
	}
	dial, err := b.Find(ctx, name, platforms, tell)
	return buildkit.Dial(dial), err
}

// askedBuilder is what --builder names: "default" where that is the engine of the
// current context, and files from where the user is.
func (s *session) askedBuilder(name string) (string, error) {
	if name == "" || !hosts.IsBuilderName(name) {
		return hosts.BuilderFrom(name, s.dir), nil
	}
	b, err := s.builders()
	if err != nil {
		return "", err
	}
	if b.IsEngine(name) {
		return "default", nil
	}
	return name, nil
}

// usualBuilder is who builds where neither the call nor the files say: what
// BUILDX_BUILDER names, and, where the pool is the current context alone, what
// `docker buildx use` chose for it. Of a pool's hosts each has its own.
func (s *session) usualBuilder(pool []hosts.Host) func() (string, error) {
	return func() (string, error) {
		if name := s.getenv("BUILDX_BUILDER"); name != "" {
			return s.askedBuilder(name)
		}
		endpoint, name, err := s.currentEndpoint()
		if err != nil || len(pool) != 1 || pool[0].Endpoint.String() != endpoint.String() {
			return "", err
		}
		b, err := s.builders()
		if err != nil {
			return "", err
		}
		if name == "default" {
			name = endpoint.URL
		}
		return b.Chosen(name)
	}
}
