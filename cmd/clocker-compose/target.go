package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// target is a project that runs, for commands that work from labels.
type target struct {
	name string
	// model is nil where the project is known by its name alone.
	model *project.Project
	env   *compose.Env
}

// target finds the project that the flags mean, and its hosts. Where a name is
// given and no file, a compose file nearby tells only which hosts there are: it
// may be another project's. The services must be the project's, where files tell.
func (s *session) target(ctx context.Context, services ...string) (target, error) {
	return s.findTarget(ctx, true, services)
}

// activeTarget is a target whose services without an active profile are disabled.
func (s *session) activeTarget(ctx context.Context, services ...string) (target, error) {
	return s.findTarget(ctx, false, services)
}

func (s *session) findTarget(ctx context.Context, allProfiles bool, services []string) (target, error) {
	options := s.projectOptions()
	options.AllProfiles = allProfiles
	if s.byNameAlone() && !project.MentionsClocker(ctx, options) {
		env, err := s.environment(ctx, nil)
		return target{name: s.root.name, env: env}, err
	}
	name := cmp.Or(s.root.name, s.getenv("COMPOSE_PROJECT_NAME"))
	p, err := s.load(ctx, options)
	if err != nil && !s.nameSuffices(name, err) {
		return target{}, err
	}
	env, err := s.environment(ctx, p)
	if err != nil || p == nil || s.byNameAlone() {
		return target{name: name, env: env}, err
	}
	t := target{name: p.Name, model: p, env: env}
	for _, name := range services {
		if !slices.Contains(t.services(), name) {
			return target{}, fmt.Errorf("no such service: %s", name)
		}
	}
	return t, nil
}

// byNameAlone tells that the user named a project and no file.
func (s *session) byNameAlone() bool { return s.root.name != "" && len(s.root.files) == 0 }

// services are all that the compose files have, those of other profiles too.
func (t target) services() []string {
	return append(t.model.ServiceNames(), t.model.DisabledServiceNames()...)
}

// nameSuffices tells whether a project without readable files is known all the
// same: by the name that it was given where there are none, and by that of the
// environment where they are broken, which is told.
func (s *session) nameSuffices(name string, err error) bool {
	if name == "" || noComposeFile(err) {
		return name != ""
	}
	if s.root.name == "" {
		s.warn(fmt.Sprintf("%v; going by the name %s alone", err, name))
		return true
	}
	return false
}

// noComposeFile tells whether loading failed because there is no file to load.
func noComposeFile(err error) bool {
	return strings.HasPrefix(err.Error(), "no configuration file provided")
}
