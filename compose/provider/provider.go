// Package provider lets programs of others provide services: things that aren't
// containers, such as a database in a cloud. The program is called as
//
//	PROGRAM compose --project-name=P up|down|stop --OPTION=VALUE... SERVICE
//
// and says on its output, in JSON objects, how far it is and which variables the
// services that depend on it are to get.
package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// Call is one call of a provider.
type Call struct {
	Project, Service string
	// Kind is the provider's name, and Options what the compose file gives it.
	Kind    string
	Options map[string][]string
	// Command is up, down or stop.
	Command string
	// Environ is the program's environment.
	Environ []string
	// Config is the service as JSON, which the program may ask for.
	Config []byte
	// Told receives what it says of its progress, and "" when it is called; may be
	// nil.
	Told func(text string)
}

// Variables are what services that depend on a provided one get.
type Variables struct {
	// Prefixed get the service's name before theirs, Raw are taken as they are.
	Prefixed, Raw map[string]string
}

// messages are what is understood of a provider's output.
const messages = "error,info,setenv,rawsetenv,debug,get-service-config"

// metadataTimeout bounds what a provider may take to describe itself.
const metadataTimeout = 10 * time.Second

// Run calls the program at path and returns the variables that it has set. An
// error that the program tells of is returned in its own words.
func Run(ctx context.Context, path string, c Call) (Variables, error) {
	about := describe(ctx, path, c)
	if c.Command == "stop" && about.Stop == nil {
		return Variables{}, nil // which only few know
	}
	arguments, err := about.arguments(c)
	if err != nil {
		return Variables{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, arguments...)
	cmd.Env = append(slices.Clone(c.Environ), "COMPOSE_PROVIDER_MESSAGES="+messages)
	cmd.WaitDelay = time.Second
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return Variables{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Variables{}, err
	}
	if err := cmd.Start(); err != nil {
		return Variables{}, fmt.Errorf("start provider %s: %w", c.Kind, err)
	}
	if c.Told != nil {
		c.Told("")
	}
	t := talk{Call: c, in: in, variables: Variables{map[string]string{}, map[string]string{}}}
	told := t.listen(out)
	if told != nil {
		cancel() // it has nothing more to say, and may wait for an answer
	}
	_ = in.Close()
	t.answers.Wait()
	ended := cmd.Wait()
	switch {
	case told != nil:
		return Variables{}, told
	case ended != nil:
		return Variables{}, fmt.Errorf("failed to %s service provider: %w%s", action(c.Command), ended, tail(complaint.String()))
	}
	return t.variables, nil
}

func action(command string) string {
	switch command {
	case "up":
		return "create"
	case "down":
		return "remove"
	}
	return command
}

// tail is the last line of what a program has complained of.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return ": " + last
	}
	return ""
}

// talk is a conversation with the program.
type talk struct {
	Call
	in        io.Writer
	writing   sync.Mutex
	answers   sync.WaitGroup
	variables Variables
}

// listen understands messages until the output ends.
func (t *talk) listen(out io.Reader) error {
	for messages := json.NewDecoder(out); ; {
		var m struct{ Type, Message string }
		err := messages.Decode(&m)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = t.understand(m.Type, m.Message)
		} else {
			err = fmt.Errorf("provider %s: read its output: %w", t.Kind, err)
		}
		if err != nil {
			return err
		}
	}
}

func (t *talk) understand(kind, message string) error {
	switch kind {
	case "error":
		return errors.New(message)
	case "info":
		if t.Told != nil {
			first, _, _ := strings.Cut(message, "\n")
			t.Told(first)
		}
	case "debug":
	case "setenv":
		return set(t.variables.Prefixed, message)
	case "rawsetenv":
		return set(t.variables.Raw, message)
	case "get-service-config":
		// Beside: it may say more before it reads.
		t.answers.Go(func() {
			t.writing.Lock()
			defer t.writing.Unlock()
			_, _ = t.in.Write(append(slices.Clone(t.Config), '\n')) // one that doesn't read it has its end
		})
	default:
		return fmt.Errorf("invalid message from plugin: %s", kind)
	}
	return nil
}

func set(variables map[string]string, message string) error {
	name, value, found := strings.Cut(message, "=")
	if !found {
		return fmt.Errorf("invalid message from plugin: %s", message)
	}
	variables[name] = value
	return nil
}
