// Package program lets a program of the user's make machines: each request is
// one call, with JSON on its standard input and its answer on standard output.
// docs/providers/exec.md describes the messages.
package program

import (
	"errors"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Kind is the provider as locations name it.
func Kind() hosts.ProviderKind {
	return hosts.ProviderKind{
		Name: "exec",
		Options: []hosts.Option{
			{Name: "program", Type: hosts.OptionText, Required: true, Help: "The program's name under `programs` in the config file."},
			{Name: "timeout", Type: hosts.OptionDuration, Help: "How long one request may take; `1m` where nothing is said."},
			{Name: "options", Type: hosts.OptionMapping, Help: "What the program is told beside the keys of every template."},
		},
		Open: open,
	}
}

// requestTimeout is how long a request may take where the template doesn't say.
const requestTimeout = time.Minute

var errNoPrograms = errors.New("programs can't be called here")

func open(s hosts.ProviderSetup) (hosts.Provider, error) {
	if s.Program == nil {
		return nil, errNoPrograms
	}
	name := s.Location.Template.Text("program")
	found, err := s.Program(name)
	if err != nil {
		return nil, err
	}
	p := &provider{name: name, program: found, timeout: s.Location.Template.Duration("timeout")}
	if p.timeout <= 0 {
		p.timeout = requestTimeout
	}
	return p, nil
}
