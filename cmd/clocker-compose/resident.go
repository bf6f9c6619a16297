package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// resident is a project that has containers on hosts.
type resident struct {
	name string
	// project is as its files say, problem why they can't be read here.
	project *project.Project
	problem error
}

// resident are the projects with containers on the hosts, sorted by name: the
// one that the flags mean by its files, the others by those that their labels
// name, as far as they are on this machine.
func (s *session) resident(ctx context.Context, seen state.Snapshot) []resident {
	labels := projectLabels(seen)
	options := s.projectOptions()
	options.AllProfiles = true
	own, _ := project.Load(ctx, options)
	var found []resident
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		r := resident{name: name}
		if own != nil && own.Name == name {
			r.project = own
		} else {
			r.project, r.problem = s.fromLabels(ctx, name, labels[name])
		}
		found = append(found, r)
	}
	return found
}

// projectLabels are the labels of some container of each project.
func projectLabels(seen state.Snapshot) map[string]map[string]string {
	labels := map[string]map[string]string{}
	for _, o := range seen.Observations {
		for _, c := range o.Containers {
			if name := c.Labels[hosts.LabelProject]; name != "" && labels[name] == nil {
				labels[name] = c.Labels
			}
		}
	}
	return labels
}

// fromLabels loads a project by the files that it was brought up from.
func (s *session) fromLabels(ctx context.Context, name string, labels map[string]string) (*project.Project, error) {
	if labels[hosts.LabelConfigFiles] == "" {
		return nil, errors.New("its labels name no files; run up where they are")
	}
	options := s.projectOptions()
	options.AllProfiles, options.Name = true, name
	options.Files = strings.Split(labels[hosts.LabelConfigFiles], ",")
	options.Directory = labels[hosts.LabelWorkingDir]
	options.EnvFiles = nil
	if files := labels[hosts.LabelEnvironmentFile]; files != "" {
		options.EnvFiles = strings.Split(files, ",")
	}
	p, err := project.Load(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("its files can't be read here (%w); run up where they are", err)
	}
	return p, nil
}

// tellLeft is an error where hosts that were to be emptied are not, and says
// what is there and why.
func (s *session) tellLeft(ctx context.Context, chosen []hosts.Host, why map[string]string) error {
	seen, err := s.observe(ctx, chosen)
	if err != nil {
		return err
	}
	var left []string
	for _, o := range seen.Observations {
		for _, line := range leftOn(o, why) {
			left = append(left, "  "+line)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return fmt.Errorf("still there:\n%s", strings.Join(left, "\n"))
}

// leftOn is a line for each project with containers on a host.
func leftOn(o hosts.Observation, why map[string]string) []string {
	names := map[string][]string{}
	for _, c := range o.Containers {
		if c.Labels[hosts.LabelFabric] == "" {
			project := c.Labels[hosts.LabelProject]
			names[project] = append(names[project], c.Name)
		}
	}
	var lines []string
	for _, project := range slices.Sorted(maps.Keys(names)) {
		line := o.Host.Name + ": " + strings.Join(names[project], ", ")
		switch {
		case project == "":
			line += " (of no project)"
		case why[project] != "":
			line += " (project " + project + ": " + why[project] + ")"
		default:
			line += " (project " + project + ")"
		}
		lines = append(lines, line)
	}
	return lines
}
