package project

import (
	"context"
	"io"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Options say which project to load, and how. The zero value loads the compose
// file that is found from WorkingDir upwards.
type Options struct {
	// Files are compose files as -f gives them, relative to WorkingDir; "-" is Stdin.
	Files []string
	// Name is the project's (-p); "" takes COMPOSE_PROJECT_NAME, the files' own
	// `name:`, or the directory's.
	Name string
	// Profiles to enable; none takes COMPOSE_PROFILES.
	Profiles []string
	// AllProfiles enables every service, whatever its profiles.
	AllProfiles bool
	// EnvFiles replace the default .env; none takes COMPOSE_ENV_FILES.
	EnvFiles []string
	// Directory is the project's (--project-directory), against which relative
	// paths are resolved; "" is the first compose file's.
	Directory string
	// WorkingDir is where relative defaults are searched.
	WorkingDir string
	// Environ is the process environment, KEY=VALUE.
	Environ []string
	// Fetch fetches a file that a git repository or a registry has, and returns
	// where it is; nil refuses such files.
	Fetch func(ctx context.Context, reference string) (file string, err error)
	// Stdin is read where a file is "-".
	Stdin io.Reader
	// Strategies is what the scheduler knows; nil accepts any strategy.
	Strategies StrategyCatalog
	// Providers are what may make a location's machines; nil accepts any provider
	// with any template.
	Providers []hosts.ProviderKind
	// Config is the user's config file, whose locations x-clocker may name; nil
	// leaves the names of locations to Pool to check.
	Config *Config
	// Location chooses locations for one call, separated by commas, in place of
	// those that the files name.
	Location string
	// Services limits the project to these and their dependencies; none is all.
	Services []string
	// AllResources keeps networks, volumes, configs and secrets that no service uses.
	AllResources bool
	// Compatibility builds names with underscores; so does COMPOSE_COMPATIBILITY.
	Compatibility bool

	// AsWritten leaves services that install something as the files have them. Such
	// a project can be rendered, and not run.
	AsWritten bool
	// NoInterpolate leaves ${VARIABLES} as they stand. Such a project can be
	// rendered, and nothing else.
	NoInterpolate bool
	// NoNormalize leaves defaults and implicit networks out.
	NoNormalize bool
	// NoConsistency skips the checks across services.
	NoConsistency bool
	// NoPathResolution leaves relative paths as they stand.
	NoPathResolution bool
	// NoEnvResolution leaves env_file unread.
	NoEnvResolution bool
	// NoValidation leaves the files unchecked.
	NoValidation bool

	// fetcher fetches for one load, and namesake is the folder that the project
	// is named after where nothing else names it.
	fetcher  *fetcher
	namesake string
}

// StrategyCatalog is what the scheduler knows of strategies.
type StrategyCatalog interface {
	// Names are the strategies in Clocker's spelling, sorted.
	Names() []string
	// Check is why a strategy's value is wrong, or nil.
	Check(hosts.Strategy) error
	// Services are the services of the project that a strategy names.
	Services(hosts.Strategy) []string
	// Contradiction is why two strategies of one list, by name and in its order,
	// can't both be meant, or "".
	Contradiction(earlier, later string) string
}
