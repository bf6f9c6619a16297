package docker

import (
	"bytes"
	"fmt"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
)

// Proxies are the variables that the user's configuration gives to containers
// of the engine at an address: those for it, or else the default ones.
func (e Environment) Proxies(address string) map[string]string {
	file, err := e.loadConfig()
	if err != nil {
		return nil // who can't do without the file reports that
	}
	variables := map[string]string{}
	for name, value := range file.ParseProxyConfig(address, nil) {
		if value != nil {
			variables[name] = *value
		}
	}
	return variables
}

// Credentials is a config.json that holds all of the user's registry logins,
// and nothing else. Those that a helper keeps are asked for.
func (e Environment) Credentials() ([]byte, error) {
	file, err := e.loadConfig()
	if err != nil {
		return nil, err
	}
	logins, err := file.GetAllCredentials()
	if err != nil {
		return nil, fmt.Errorf("ask for registry logins: %w", err)
	}
	var b bytes.Buffer
	if err := (&configfile.ConfigFile{AuthConfigs: logins}).SaveToWriter(&b); err != nil {
		return nil, fmt.Errorf("write registry logins: %w", err)
	}
	return b.Bytes(), nil
}

// Login is the user's login for a registry, by the registry's domain; the zero
// value is none. It is in the config file, or with the helper that this names.
func (e Environment) Login(registry string) (types.AuthConfig, error) {
	file, err := e.loadConfig()
	if err != nil {
		return types.AuthConfig{}, err
	}
	if registry == "docker.io" {
		registry = hubKey
	}
	return file.GetAuthConfig(registry)
}
