package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"slices"
)

// metadata is how a provider describes itself; empty where it doesn't.
type metadata struct {
	Description string   `json:"description"`
	Up          command  `json:"up"`
	Down        command  `json:"down"`
	Stop        *command `json:"stop"`
}

// command is what one of its commands takes.
type command struct {
	Parameters []struct {
		Name     string `json:"name"`
		Required bool   `json:"required"`
	} `json:"parameters"`
}

// describe asks the program about itself. One that doesn't answer is given all
// options.
func describe(ctx context.Context, path string, c Call) metadata {
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "compose", "metadata")
	cmd.Env = c.Environ
	var about metadata
	out, err := cmd.Output()
	if err != nil || json.Unmarshal(out, &about) != nil {
		return metadata{}
	}
	return about
}

func (m metadata) empty() bool {
	return m.Description == "" && m.Up.Parameters == nil && m.Down.Parameters == nil
}

func (m metadata) command(name string) command {
	switch {
	case name == "down":
		return m.Down
	case name == "stop" && m.Stop != nil:
		return *m.Stop
	}
	return m.Up
}

// arguments are those of a call: the options that the command knows, sorted.
func (m metadata) arguments(c Call) ([]string, error) {
	known := map[string]bool{}
	for _, p := range m.command(c.Command).Parameters {
		known[p.Name] = true
		if _, given := c.Options[p.Name]; p.Required && !given && !m.empty() {
			return nil, fmt.Errorf("required parameter %q is missing from provider %q definition", p.Name, c.Kind)
		}
	}
	arguments := []string{"compose", "--project-name=" + c.Project, c.Command}
	for _, name := range slices.Sorted(maps.Keys(c.Options)) {
		if !m.empty() && !known[name] {
			continue
		}
		for _, value := range c.Options[name] {
			arguments = append(arguments, "--"+name+"="+value)
		}
	}
	return append(arguments, c.Service), nil
}
