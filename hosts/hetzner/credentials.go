package hetzner

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// configuration is what hcloud, Hetzner's own tool, keeps of interest to us.
type configuration struct {
	ActiveContext string `toml:"active_context"`
	Contexts      []struct {
		Name  string `toml:"name"`
		Token string `toml:"token"`
	} `toml:"contexts"`
}

// findToken takes the token from where hcloud would: the environment, or a
// context of its configuration.
func findToken(s hosts.ProviderSetup) (string, error) {
	wanted := s.Location.Template.Text("context")
	if token := s.Variable("HCLOUD_TOKEN"); token != "" && wanted == "" {
		return token, nil
	}
	file := configurationFile(s)
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("no token for Hetzner's cloud: set HCLOUD_TOKEN, or let \"hcloud context create\" keep one in %s", file)
	}
	if err != nil {
		return "", fmt.Errorf("read hcloud's configuration: %w", err)
	}
	var c configuration
	if err := toml.Unmarshal(data, &c); err != nil {
		return "", fmt.Errorf("read hcloud's configuration %s: %w", file, err)
	}
	return c.token(cmp.Or(wanted, s.Variable("HCLOUD_CONTEXT"), c.ActiveContext), file)
}

func (c configuration) token(context, file string) (string, error) {
	for _, there := range c.Contexts {
		if there.Name == context && there.Token != "" {
			return there.Token, nil
		}
	}
	if context == "" {
		return "", fmt.Errorf("no context is active in %s: set HCLOUD_TOKEN, or run \"hcloud context use NAME\"", file)
	}
	return "", fmt.Errorf("no context %q with a token in %s: \"hcloud context list\" shows those there are", context, file)
}

func configurationFile(s hosts.ProviderSetup) string {
	if file := s.Variable("HCLOUD_CONFIG"); file != "" {
		return file
	}
	return filepath.Join(cmp.Or(s.Variable("XDG_CONFIG_HOME"), filepath.Join(s.Home, ".config")), "hcloud", "cli.toml")
}
