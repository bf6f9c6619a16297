package digitalocean

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// configuration is what doctl, DigitalOcean's own tool, keeps of interest to
// us. The token of its context "default" stands alone.
type configuration struct {
	Context string            `yaml:"context"`
	Token   string            `yaml:"access-token"`
	Tokens  map[string]string `yaml:"auth-contexts"`
}

// findToken takes the token from where doctl would: the environment, or a
// context of its configuration.
func findToken(s hosts.ProviderSetup) (string, error) {
	wanted := s.Location.Template.Text("context")
	if token := s.Variable("DIGITALOCEAN_ACCESS_TOKEN"); token != "" && wanted == "" {
		return token, nil
	}
	files := configurationFiles(s)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("read doctl's configuration: %w", err)
		}
		var c configuration
		if err := yaml.Unmarshal(data, &c); err != nil {
			return "", fmt.Errorf("read doctl's configuration %s: %w", file, err)
		}
		return c.token(cmp.Or(wanted, s.Variable("DIGITALOCEAN_CONTEXT"), c.Context, "default"), file)
	}
	return "", fmt.Errorf("no token for DigitalOcean's cloud: set DIGITALOCEAN_ACCESS_TOKEN, or let \"doctl auth init\" keep one in %s", files[0])
}

func (c configuration) token(context, file string) (string, error) {
	token := c.Tokens[context]
	if context == "default" {
		token = c.Token
	}
	if token == "" {
		return "", fmt.Errorf("no context %q with a token in %s: \"doctl auth list\" shows those there are", context, file)
	}
	return token, nil
}

// configurationFiles are where doctl keeps its configuration: on Linux, where
// it was installed as a snap, and on a Mac.
func configurationFiles(s hosts.ProviderSetup) []string {
	folder := cmp.Or(s.Variable("XDG_CONFIG_HOME"), filepath.Join(s.Home, ".config"))
	return []string{
		filepath.Join(folder, "doctl", "config.yaml"),
		filepath.Join(s.Home, "snap", "doctl", "current", ".config", "doctl", "config.yaml"),
		filepath.Join(s.Home, "Library", "Application Support", "doctl", "config.yaml"),
	}
}
