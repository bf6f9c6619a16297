package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func newHosts(s *session) *cli.Command {
	return &cli.Command{
		Name:        "hosts",
		Usage:       "Manage the hosts that containers can be placed on",
		Subcommands: []*cli.Command{newHostsActivate(s), newHostsAdd(s), newHostsAutoscale(s), newHostsCerts(s), newHostsCreate(s), newHostsDoctor(s), newHostsDrain(s), newHostsExec(s), newHostsInspect(s), newHostsLs(s), newHostsPrune(s), newHostsRm(s), newHostsScale(s), newHostsSnapshot(s), newHostsSSH(s)},
	}
}

// known are all hosts that are declared: in the config file, and in the compose
// files where there are any. Where none is, it is the current Docker context.
func (s *session) known(ctx context.Context) ([]hosts.Host, error) {
	p := s.declaring(ctx)
	if s.root.location == "" {
		locations, err := s.allLocations(p)
		if err != nil || len(locations) > 0 {
			return s.allKnown(ctx, locations), err
		}
	}
	found, err := s.pool(ctx, p)
	s.warnUnlisted(found.unlisted)
	return byName(append(found.hosts, found.idle...)), err
}

// allKnown are the hosts of the locations, declared or made, sorted by name.
func (s *session) allKnown(ctx context.Context, locations map[string]hosts.Location) []hosts.Host {
	made, unknown := s.made(ctx, s.machines(slices.Collect(maps.Values(locations))))
	s.warnUnlisted(unknown)
	return byName(append(allHosts(locations), made...))
}

func byName(all []hosts.Host) []hosts.Host {
	slices.SortStableFunc(all, func(a, b hosts.Host) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// declaring is the project whose files may declare hosts, nil where none may.
func (s *session) declaring(ctx context.Context) *project.Project {
	options := s.projectOptions()
	if !project.MentionsClocker(ctx, options) {
		return nil
	}
	p, err := s.load(ctx, options)
	if err != nil && !noComposeFile(err) {
		s.warn("the compose files are left out: " + err.Error())
	}
	if err != nil {
		return nil
	}
	return p
}

// allHosts are the hosts of the locations, sorted by name.
func allHosts(locations map[string]hosts.Location) []hosts.Host {
	var all []hosts.Host
	for _, name := range slices.Sorted(maps.Keys(locations)) {
		all = append(all, locations[name].Hosts...)
	}
	return byName(all)
}

// observe asks hosts what is on them, and what they use where that is measured.
func (s *session) observe(ctx context.Context, pool []hosts.Host) (state.Snapshot, error) {
	return compose.ObserveUse(ctx, &compose.Env{
		Pool:    pool,
		Connect: func(h hosts.Host) (compose.Engine, error) { return s.connections.connect(h) },
		Meter:   s.meters(),
	})
}

// config reads the user's config file.
func (s *session) config() (project.Config, error) {
	return project.ReadConfig(s.configFile(), s.wiring.providers...)
}
