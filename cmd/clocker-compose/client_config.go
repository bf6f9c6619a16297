package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// clientConfig is what counts here of the user's Docker configuration.
type clientConfig struct {
	PsFormat    string `json:"psFormat"`
	StatsFormat string `json:"statsFormat"`
	DetachKeys  string `json:"detachKeys"`
}

// clientConfig is empty where there is none, or none that can be read: what
// can't do without reports it.
func (s *session) clientConfig() clientConfig {
	var config clientConfig
	content, err := os.ReadFile(filepath.Join(s.dockerEnvironment().ConfigDir, "config.json"))
	if err != nil || json.Unmarshal(content, &config) != nil {
		return clientConfig{}
	}
	return config
}
