package project

import "strings"

// Settings are the variables of the program, COMPOSE_…, that the project's env
// files set and the environment doesn't. Files that can't be read have none.
func Settings(o Options) map[string]string {
	given := environment(o)
	env := given.Clone()
	if err := addEnvFiles(env, envFiles(o, env), directory(o, absolute(o.WorkingDir, o.Files))); err != nil {
		return nil
	}
	found := map[string]string{}
	for name, value := range env {
		if _, known := given[name]; !known && strings.HasPrefix(name, "COMPOSE_") {
			found[name] = value
		}
	}
	return found
}
