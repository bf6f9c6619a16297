package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/machines"
)

// machines are those that providers have made for the locations.
func (s *session) machines(locations []hosts.Location) *machines.Machines {
	home := filepath.Dir(s.configFile())
	o := machines.Options{
		Locations: locations,
		Kinds:     s.wiring.providers,
		Setup: func(l hosts.Location) hosts.ProviderSetup {
			return hosts.ProviderSetup{
				Location: l, Variable: s.getenv, Home: s.getenv("HOME"), Directory: l.Directory,
				Folder:  filepath.Join(home, "providers", l.Provider, l.Name),
				Program: s.providerProgram,
				Engine:  s.currentEngine,
			}
		},
		Folder: filepath.Join(home, "ssh"),
	}
	s.wiring.boot(s, &o)
	return machines.New(o)
}

// currentEngine is that of the current Docker context, for the provider local.
func (s *session) currentEngine() (hosts.MachineEngine, error) {
	endpoint, _, err := s.currentEndpoint()
	if err != nil {
		return nil, err
	}
	return s.connections.connect(hosts.Host{Endpoint: endpoint})
}

// providerProgram is a program of the config file, for the provider exec.
func (s *session) providerProgram(name string) (hosts.Program, error) {
	config, err := s.config()
	if err != nil {
		return hosts.Program{}, err
	}
	p, err := config.Program(name)
	if err != nil {
		return hosts.Program{}, fmt.Errorf("program %q: %w", name, err)
	}
	command := append([]string{executable(p)}, p.Command[1:]...)
	return hosts.Program{Command: command, Directory: p.Directory, Environ: s.environ}, nil
}

// reachable is an error where a host's machine doesn't run.
func reachable(h hosts.Host) error {
	if h.Machine == nil {
		return nil
	}
	switch h.Machine.State {
	case hosts.MachineMaking:
		return errors.New("its machine is being made")
	case hosts.MachineDeleting:
		return errors.New("its machine is being deleted")
	case hosts.MachineBroken:
		return fmt.Errorf("its machine is broken: %s", h.Machine.Fault)
	}
	return nil
}
