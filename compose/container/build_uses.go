package container

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// platforms are those that the image is built for; none leaves it to the engine.
func (b *build) platforms() ([]string, error) {
	wanted, known := b.service.Platform, b.Platforms
	if wanted == "" {
		wanted = b.project.Environment["DOCKER_DEFAULT_PLATFORM"]
	}
	if wanted != "" && len(known) > 0 && !contains(known, wanted) {
		return nil, b.refuse("platforms", "add it there", "%s isn't among them: %s", wanted, strings.Join(known, ", "))
	}
	switch {
	case wanted != "" && (!b.o.AllPlatforms || len(known) == 0):
		return []string{wanted}, nil
	case !b.o.AllPlatforms && len(known) > 1:
		return nil, nil
	}
	return known, nil
}

// secrets are read during the build, by who builds.
func (b *build) secrets() ([]hosts.BuildSecret, error) {
	var all []hosts.BuildSecret
	for _, ref := range b.Secrets {
		id := ref.Target
		if id == "" {
			id = ref.Source
		}
		secret, err := b.secret(ref)
		if err != nil {
			return nil, err
		}
		secret.ID = id
		all = append(all, secret)
	}
	return all, nil
}

func (b *build) secret(ref types.ServiceSecretConfig) (hosts.BuildSecret, error) {
	source := b.project.Secrets[ref.Source]
	switch {
	case source.File != "":
		return hosts.BuildSecret{File: source.File}, nil
	case source.Environment != "":
		value, set := b.project.Environment[source.Environment]
		if !set {
			return hosts.BuildSecret{}, b.refuse("secrets", "set it, or write it into .env", "%s wants the environment variable %s, which is not set", ref.Source, source.Environment)
		}
		return hosts.BuildSecret{Value: value}, nil
	}
	return hosts.BuildSecret{}, b.refuse("secrets", "give it a file or environment", "%s is external, which only Swarm has", ref.Source)
}

// ssh are the agents and keys by ID, for a file's are in any order; "default" is
// the user's agent.
func (b *build) ssh() ([]hosts.BuildSSH, error) {
	var all []hosts.BuildSSH
	for _, key := range append(b.SSH[:len(b.SSH):len(b.SSH)], b.o.SSH...) {
		path := key.Path
		switch {
		case path == "" && b.o.Agent == "":
			return nil, b.refuse("ssh", "start ssh-agent, or give a key: "+key.ID+"=PATH", "%s is your SSH agent, and SSH_AUTH_SOCK is not set", key.ID)
		case path == "":
			path = b.o.Agent
		case !filepath.IsAbs(path):
			path = filepath.Join(b.project.WorkingDir, path)
		}
		all = append(all, hosts.BuildSSH{ID: key.ID, Path: path})
	}
	slices.SortStableFunc(all, func(a, b hosts.BuildSSH) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}

func contains(platforms []string, wanted string) bool {
	for _, p := range platforms {
		if hosts.ParsePlatform(p) == hosts.ParsePlatform(wanted) {
			return true
		}
	}
	return false
}
