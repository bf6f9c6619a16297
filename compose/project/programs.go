package project

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Program is a program of the user's that decides about hosts. It is declared in
// the config file alone: a compose file can name one, and can't bring one.
type Program struct {
	Command []string
	// Timeout is how long an answer may take.
	Timeout time.Duration
	// Directory is that of the config file, to which the command may be relative.
	Directory string
}

// programTimeout is how long an answer may take where nothing else is said.
const programTimeout = 2 * time.Second

type declaredProgram struct {
	Command []string `yaml:"command"`
	Timeout duration `yaml:"timeout"`
}

// duration is "2s", up to a minute.
type duration time.Duration

func (t *duration) decode(d *decoder, at path, v any) {
	text := d.text(at, v)
	length, err := time.ParseDuration(text)
	if text != "" && (err != nil || length <= 0 || length > time.Minute) {
		d.problem(at, "%s must be a duration up to a minute, such as 2s, not %s", at, kind(v))
	}
	*t = duration(length)
}

// checkPrograms wants each program to have a command.
func (d *decoder) checkPrograms(programs map[string]declaredProgram) {
	names := make([]string, 0, len(programs))
	for name := range programs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(programs[name].Command) == 0 {
			d.keyProblem(path{}.key("programs").key(name), "program %s needs a command, such as [./cheapest.sh]", name)
		}
	}
}

// programs are those that were declared, by name.
func programs(declared map[string]declaredProgram, directory string) map[string]Program {
	all := map[string]Program{}
	for name, p := range declared {
		timeout := time.Duration(p.Timeout)
		if timeout == 0 {
			timeout = programTimeout
		}
		all[name] = Program{Command: p.Command, Timeout: timeout, Directory: directory}
	}
	return all
}

// Program is one that is declared.
func (c Config) Program(name string) (Program, error) {
	p, known := c.Programs[name]
	switch {
	case known:
		return p, nil
	case len(c.Programs) == 0:
		return p, fmt.Errorf("it isn't declared; programs stand under programs in %s", c.path)
	}
	return p, fmt.Errorf("it isn't declared under programs in %s%s", c.path, suggest(name, slices.Collect(maps.Keys(c.Programs))))
}
