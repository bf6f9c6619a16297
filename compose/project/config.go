package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Config is the user's config file: locations that every project may name.
type Config struct {
	// Default is the location that is used where nothing names one; "" is none.
	Default string
	// Locations by name.
	Locations map[string]hosts.Location

	path    string
	sources sources
}

// ReadConfig reads a config file; one that doesn't exist is empty. Strategies
// of its locations are checked against the catalog where there is one.
func ReadConfig(path string) (Config, error) {
	c := Config{path: path}
	content, err := readConfigFile(path)
	if err != nil {
		return c, err
	}
	c.sources, err = parse(path, path, content)
	if err != nil || len(c.sources) == 0 {
		return c, err
	}
	return c, c.decode()
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
	return readBounded(path, f)
}

func (c *Config) decode() error {
	var v any
	if err := c.sources[0].root.Decode(&v); err != nil {
		return yamlError(c.path, err)
	}
	if v == nil {
		return nil
	}
	d := &decoder{}
	var declared declaredConfig
	d.decode(path{}, v, &declared)
	d.unavailable(path{}, v)
	if _, ok := declared.Locations[declared.Default]; !ok && declared.Default != "" {
		d.problem(path{}.key("default"), "there is no location %q", declared.Default)
	}
	if len(d.problems) > 0 {
		return c.sources.locate(d.problems)
	}
	c.Default = declared.Default
	c.Locations = map[string]hosts.Location{}
	for name, l := range declared.Locations {
		c.Locations[name] = c.sources.location(path{}.key("locations").key(name), name, l, filepath.Dir(c.path))
	}
	return nil
}
