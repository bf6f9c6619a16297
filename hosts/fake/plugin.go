package fake

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// InstallPlugin makes a plugin from a tar stream with config.json and rootfs.
func (e *Engine) InstallPlugin(ctx context.Context, name string, content io.Reader) error {
	description, err := readPlugin(content)
	if err != nil {
		return fmt.Errorf("install plugin %s: %w", name, err)
	}
	return e.call(ctx, "InstallPlugin", name, func(s *state) error {
		if _, ok := s.Plugins[name]; ok {
			return conflict("plugin %q already exists", name)
		}
		s.Plugins[name] = hosts.Plugin{ID: s.newID("plugin"), Name: name, Description: description}
		return nil
	})
}

// readPlugin is the description of its configuration.
func readPlugin(content io.Reader) (string, error) {
	for t := tar.NewReader(content); ; {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return "", errors.New("config.json is missing")
		}
		if err != nil {
			return "", err
		}
		if path.Clean(header.Name) == "config.json" {
			var config struct{ Description string }
			err := json.NewDecoder(t).Decode(&config)
			return config.Description, err
		}
	}
}

// EnablePlugin enables a plugin: its driver can be used.
func (e *Engine) EnablePlugin(ctx context.Context, name string) error {
	return e.call(ctx, "EnablePlugin", name, func(s *state) error {
		p, err := s.plugin(name)
		if err != nil {
			return err
		}
		if p.Enabled {
			return conflict("plugin %s is already enabled", name)
		}
		p.Enabled = true
		s.Plugins[name] = p
		return nil
	})
}

// DisablePlugin disables a plugin; force takes it from networks that use it.
func (e *Engine) DisablePlugin(ctx context.Context, name string, force bool) error {
	return e.call(ctx, "DisablePlugin", name, func(s *state) error {
		p, err := s.plugin(name)
		if err != nil {
			return err
		}
		if s.driverUsed(name) && !force {
			return conflict("plugin %s is in use", name)
		}
		p.Enabled = false
		s.Plugins[name] = p
		return nil
	})
}

func (s *state) driverUsed(name string) bool {
	for _, n := range s.Networks {
		if n.Driver == name {
			return true
		}
	}
	return false
}

// RemovePlugin removes a plugin, one that is enabled only by force.
func (e *Engine) RemovePlugin(ctx context.Context, name string, force bool) error {
	return e.call(ctx, "RemovePlugin", name, func(s *state) error {
		p, err := s.plugin(name)
		if err != nil {
			return err
		}
		if p.Enabled && !force {
			return conflict("plugin %s is enabled: disable it first", name)
		}
		delete(s.Plugins, name)
		return nil
	})
}

// Plugin returns a plugin.
func (e *Engine) Plugin(ctx context.Context, name string) (hosts.Plugin, error) {
	var found hosts.Plugin
	err := e.call(ctx, "Plugin", name, func(s *state) (err error) {
		found, err = s.plugin(name)
		return err
	})
	return found, err
}

func (s *state) plugin(name string) (hosts.Plugin, error) {
	p, ok := s.Plugins[name]
	if !ok {
		return p, notFound("plugin %q not found", name)
	}
	return p, nil
}
