package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/remote"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/buildkit"
)

// borrow lets use cases have what is the user's: programs, proxies and logins.
func (s *session) borrow(env *compose.Env) {
	docker := s.dockerEnvironment()
	env.Environment = func(h hosts.Host) map[string]string { return docker.Proxies(h.Endpoint.URL) }
	env.Credentials = docker.Credentials
	env.FindPlugin = s.findPlugin
	env.FindProvider = s.findProvider
	env.SSHAgent = s.getenv("SSH_AUTH_SOCK")
	env.Downloads = remote.Downloads{Agent: programName + "/" + version}
	if !terminal.Is(s.in) && !slices.Contains(s.root.files, "-") {
		env.Input = s.in
	}
	env.BuildOn = s.builder
	env.UsualBuilder = s.usualBuilder(env.Pool)
	env.Builder = compose.Rebuilder{Env: env}
}

// builder builds images on a host. It may ask for the user's logins, and knows
// from which machine a context comes.
func (s *session) builder(h hosts.Host) (compose.ImageBuilder, error) {
	e, err := s.connections.connect(h)
	if err != nil {
		return nil, err
	}
	return s.wiring.builder(h, e, buildkit.Options{Login: s.dockerEnvironment().Login, Machine: s.self().Machine, Own: s.ownBuilder})
}

// findProvider is the path of a provider: a plugin of Docker's client, or any
// program.
func (s *session) findProvider(name string) (string, error) {
	if name == "compose" {
		return "", errors.New("'compose' is not a valid provider type")
	}
	path, err := s.findPlugin(name)
	if errors.Is(err, fs.ErrNotExist) {
		path, err = exec.LookPath(name)
	}
	if err != nil {
		return "", fmt.Errorf("provider %s: there is neither a plugin docker-%s of Docker's client nor a program of that name in PATH", name, name)
	}
	return path, nil
}

// findPlugin is the path of a plugin of Docker's client; fs.ErrNotExist where
// there is none.
func (s *session) findPlugin(name string) (string, error) {
	for _, dir := range []string{
		filepath.Join(s.dockerEnvironment().ConfigDir, "cli-plugins"),
		"/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins",
		"/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins",
	} {
		path := filepath.Join(dir, "docker-"+filepath.Base(name))
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("plugin %s: %w", name, fs.ErrNotExist)
}
