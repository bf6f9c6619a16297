package main

import "github.com/clocker-compose/clocker-compose/cmd/clocker-compose/usage"

// environmentVariables are those that the program reads, for the reference.
func environmentVariables() []usage.Variable {
	return []usage.Variable{
		{Name: "BUILDX_BUILDER", Usage: "The builder of services that name none, as with `build --builder`"},
		{Name: "BUILDX_CONFIG", Usage: "Where buildx keeps its builders (default `buildx` in the folder of Docker's configuration)"},
		{Name: "CLOCKER_CONFIG", Usage: "The user's config file (default `$XDG_CONFIG_HOME/clocker/config.yaml`)"},
		{Name: "CLOCKER_LOCATION", Usage: "Stands for `--location`"},
		{Name: "COMPOSE_ANSI", Usage: "Stands for `--ansi`"},
		{Name: "COMPOSE_COMPATIBILITY", Usage: "Stands for `--compatibility`"},
		{Name: "COMPOSE_DISABLE_ENV_FILE", Usage: "Leaves `.env` unread"},
		{Name: "COMPOSE_ENV_FILES", Usage: "Stands for `--env-file`, separated by commas"},
		{Name: "COMPOSE_FILE", Usage: "Stands for `--file`, separated by `COMPOSE_PATH_SEPARATOR`"},
		{Name: "COMPOSE_IGNORE_ORPHANS", Usage: "Says nothing of containers whose services the compose files don't have"},
		{Name: "COMPOSE_PARALLEL_LIMIT", Usage: "Stands for `--parallel`"},
		{Name: "COMPOSE_PATH_SEPARATOR", Usage: "What separates paths in `COMPOSE_FILE` (default `:`)"},
		{Name: "COMPOSE_PROFILES", Usage: "Stands for `--profile`, separated by commas"},
		{Name: "COMPOSE_PROGRESS", Usage: "Stands for `--progress`"},
		{Name: "COMPOSE_PROJECT_NAME", Usage: "Stands for `--project-name`"},
		{Name: "COMPOSE_REMOVE_ORPHANS", Usage: "Stands for `--remove-orphans` of up and down"},
		{Name: "COMPOSE_STATUS_STDOUT", Usage: "Shows progress on standard output"},
		{Name: "DOCKER_CERT_PATH", Usage: "Folder of `ca.pem`, `cert.pem` and `key.pem` for `DOCKER_HOST`"},
		{Name: "DOCKER_CONFIG", Usage: "Stands for `--config`"},
		{Name: "DOCKER_CONTEXT", Usage: "Stands for `--context`"},
		{Name: "DOCKER_HOST", Usage: "Stands for `--host`"},
		{Name: "DOCKER_TLS_VERIFY", Usage: "Stands for `--tlsverify`"},
		{Name: "NO_COLOR", Usage: "No colours"},
	}
}
