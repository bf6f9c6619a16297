package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// psFormat is the format of ps that the user's Docker configuration names, or
// "". A configuration that can't be read is reported by what needs it.
func (s *session) psFormat() string {
	content, err := os.ReadFile(filepath.Join(s.dockerEnvironment().ConfigDir, "config.json"))
	if err != nil {
		return ""
	}
	var config struct {
		PsFormat string `json:"psFormat"`
	}
	if json.Unmarshal(content, &config) != nil {
		return ""
	}
	return config.PsFormat
}
