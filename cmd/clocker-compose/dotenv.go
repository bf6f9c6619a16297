package main

import (
	"maps"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// adoptVariables adds to the environment the COMPOSE_ variables that the
// project's env file sets, as Docker Compose does: settings of the program may
// stand there. A file that can't be read is told of by whoever loads the project.
func (s *session) adoptVariables() {
	found := project.Settings(s.projectOptions())
	environ := slices.Clip(s.environ)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		environ = append(environ, name+"="+found[name])
	}
	s.environ = environ
}
