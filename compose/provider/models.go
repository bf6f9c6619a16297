package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// Models runs AI models through the plugin of Docker's client that can.
type Models struct {
	// Path is the plugin's, Environ its environment.
	Path    string
	Environ []string
}

// Model is a model as the compose file declares it.
type Model struct {
	// Name is its key, Ref what is pulled.
	Name, Ref string
	// ContextSize is in tokens; 0 is the model's own.
	ContextSize  int
	RuntimeFlags []string
}

// Endpoint is the address under which models answer.
func (m Models) Endpoint(ctx context.Context) (string, error) {
	var status struct{ Endpoint string }
	err := m.ask(ctx, &status, "status", "--json")
	return status.Endpoint, err
}

// Have are the references of the models that are there.
func (m Models) Have(ctx context.Context) ([]string, error) {
	var models []struct{ Tags []string }
	err := m.ask(ctx, &models, "ls", "--json")
	var tags []string
	for _, model := range models {
		tags = append(tags, model.Tags...)
	}
	return tags, err
}

// Pull brings a model here.
func (m Models) Pull(ctx context.Context, model Model) error {
	_, err := m.run(ctx, "pull", model.Ref)
	return err
}

// Configure sets how a model runs.
func (m Models) Configure(ctx context.Context, model Model) error {
	arguments := []string{"configure"}
	if model.ContextSize > 0 {
		arguments = append(arguments, "--context-size", strconv.Itoa(model.ContextSize))
	}
	arguments = append(arguments, model.Ref)
	if len(model.RuntimeFlags) > 0 {
		arguments = append(append(arguments, "--"), model.RuntimeFlags...)
	}
	_, err := m.run(ctx, arguments...)
	return err
}

func (m Models) ask(ctx context.Context, answer any, arguments ...string) error {
	out, err := m.run(ctx, arguments...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(out, answer); err != nil {
		return fmt.Errorf("read the answer of docker model %s: %w", arguments[0], err)
	}
	return nil
}

func (m Models) run(ctx context.Context, arguments ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, m.Path, arguments...)
	cmd.Env = m.Environ
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("docker model %s: %w%s", arguments[0], err, tail(complaint.String()))
	}
	return out, nil
}
