package project

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Config is the user's config file: locations that every project may name.
type Config struct {
	// Default is the location that is used where nothing names one; "" is none.
	Default string
	// Programs are those that exec strategies and exec providers may name.
	Programs map[string]Program
	// Locations by name.
	Locations map[string]hosts.Location

	path      string
	providers []hosts.ProviderKind
	content   any // as YAML gave it
	sources   sources
}

// ReadConfig reads a config file; one that doesn't exist is empty. Its locations
// may name the providers, or any where there are none. Whether the strategies of
// its locations exist is left to Load, which has the catalog.
func ReadConfig(path string, providers ...hosts.ProviderKind) (Config, error) {
	content, err := readConfigFile(path)
	if err != nil {
		return Config{path: path}, err
	}
	return parseConfig(path, content, providers)
}

func readConfigFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read config file %s: %w", path, reason(err))
	}
	defer func() { _ = f.Close() }()
	return readBounded("config", path, f)
}

func parseConfig(file string, content []byte, providers []hosts.ProviderKind) (Config, error) {
	c := Config{path: file, providers: providers}
	docs, err := parse(file, file, content)
	if err != nil || len(docs) == 0 {
		return c, err
	}
	c.sources = docs
	if err := docs[0].root.Decode(&c.content); err != nil {
		return c, yamlError(file, err)
	}
	declared, err := c.decode(nil)
	if err != nil {
		return c, err
	}
	c.Default, c.Locations = declared.Default, map[string]hosts.Location{}
	c.Programs = programs(declared.Programs, filepath.Dir(file))
	for name, l := range declared.Locations {
		c.Locations[name] = c.sources.location(path{}.key("locations").key(name), name, l, filepath.Dir(file))
	}
	return c, nil
}

// decode reads and checks the content. A file of nothing but comments is empty.
func (c Config) decode(catalog StrategyCatalog) (declaredConfig, error) {
	var declared declaredConfig
	if c.content == nil {
		return declared, nil
	}
	d := &decoder{catalog: catalog, providers: c.providers}
	d.decode(path{}, c.content, &declared)
	d.checkPrograms(declared.Programs)
	if _, ok := declared.Locations[declared.Default]; !ok && declared.Default != "" {
		d.problem(path{}.key("default"), "there is no location %q%s", declared.Default, suggest(declared.Default, slices.Collect(maps.Keys(declared.Locations))))
	}
	if len(d.problems) > 0 {
		return declared, c.sources.locate(d.problems)
	}
	return declared, nil
}
