package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

type configOptions struct {
	services []string
	format   string
	output   string
	hash     string
	quiet    bool
	// list is the flag that asks for a list instead of the files: "services", "images", …
	list string

	// resolveDigests pins images, and lockDigests prints these alone.
	resolveDigests, lockDigests bool

	noConsistency, noEnvResolution, noInterpolate, noNormalize, noPathResolution bool
}

// configLists are the flags that print a list.
func configLists() []string {
	return []string{"environment", "hash", "images", "models", "networks", "profiles", "services", "variables", "volumes"}
}

func newConfig(s *session) *cli.Command {
	return &cli.Command{
		Name:      "config",
		Usage:     "Check the compose files and print what they come to",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("environment", "", "Print the variables that the files can use"),
			textFlag("format", "", `Format of the output: "yaml" or "json"`),
			textFlag("hash", "", `Print the hashes of services, separated by commas, or of all: "*"`),
			boolFlag("images", "", "Print the images, one a line"),
			boolFlag("lock-image-digests", "", "Print an override file that pins images to their digests, and nothing else"),
			boolFlag("models", "", "Print the names of models, one a line"),
			boolFlag("networks", "", "Print the names of networks, one a line"),
			boolFlag("no-consistency", "", "Skip the checks across services"),
			boolFlag("no-env-resolution", "", "Leave env_file unread"),
			boolFlag("no-interpolate", "", "Leave variables as they stand"),
			boolFlag("no-normalize", "", "Leave defaults out"),
			boolFlag("no-path-resolution", "", "Leave relative paths as they stand"),
			textFlag("output", "o", "Write to this file"),
			boolFlag("profiles", "", "Print the names of profiles, one a line"),
			boolFlag("quiet", "q", "Only check, print nothing"),
			boolFlag("resolve-image-digests", "", "Pin images to the digests that their registries have now"),
			boolFlag("services", "", "Print the names of services, one a line"),
			boolFlag("variables", "", "Print the variables that the files use, with their defaults"),
			boolFlag("volumes", "", "Print the names of volumes, one a line"),
		},
		Action: func(c *cli.Context) error {
			o, err := parseConfig(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

// newConvert is what config was called.
func newConvert(s *session) *cli.Command {
	c := newConfig(s)
	c.Name, c.Hidden = "convert", true
	return c
}

func parseConfig(c *cli.Context) (configOptions, error) {
	o := configOptions{
		services:         c.Args().Slice(),
		format:           c.String("format"),
		output:           c.String("output"),
		hash:             c.String("hash"),
		quiet:            c.Bool("quiet"),
		noConsistency:    c.Bool("no-consistency"),
		noEnvResolution:  c.Bool("no-env-resolution"),
		noInterpolate:    c.Bool("no-interpolate"),
		noNormalize:      c.Bool("no-normalize"),
		noPathResolution: c.Bool("no-path-resolution"),
		lockDigests:      c.Bool("lock-image-digests"),
		resolveDigests:   c.Bool("resolve-image-digests") || c.Bool("lock-image-digests"),
	}
	for _, name := range configLists() {
		if c.IsSet(name) && c.Value(name) != false {
			o.list = name
		}
	}
	return o, nil
}

func (o configOptions) run(ctx context.Context, s *session) error {
	p, err := s.load(ctx, o.project(s))
	if err == nil && o.list == "" && o.resolveDigests {
		p, err = o.pinned(ctx, s, p)
	}
	if err != nil || o.quiet {
		return err
	}
	content, err := o.content(p)
	if err != nil {
		return err
	}
	if o.output != "" {
		if err := os.WriteFile(s.absolute(o.output), content, 0o666); err != nil {
			return fmt.Errorf("write config: %w", err)
		}
		return nil
	}
	_, err = s.out.Write(content)
	return err
}

// pinned is the project with digests, or these alone.
func (o configOptions) pinned(ctx context.Context, s *session, p *project.Project) (*project.Project, error) {
	env, err := s.environment(ctx, p)
	if err != nil {
		return nil, err
	}
	if p, err = compose.PinImages(ctx, env, p); err != nil || !o.lockDigests {
		return p, err
	}
	p, unlocked := p.ImagesAlone()
	for _, name := range unlocked {
		s.warn(fmt.Sprintf("service %q: pre_start hook images are not pinned in the override file produced by --lock-image-digests, use the full --resolve-image-digests output to pin them", name))
	}
	return p, nil
}

func (o configOptions) project(s *session) project.Options {
	p := s.projectOptions()
	p.Services = o.services
	p.NoConsistency, p.NoEnvResolution = o.noConsistency, o.noEnvResolution
	p.NoNormalize, p.NoPathResolution = o.noNormalize, o.noPathResolution
	p.NoInterpolate = o.noInterpolate || o.list == "variables"
	p.AllProfiles, p.AsWritten = o.list == "profiles", o.list == ""
	return p
}

// content is what is asked for, ready to be written.
func (o configOptions) content(p *project.Project) ([]byte, error) {
	switch o.list {
	case "":
		format := o.format
		if format == "" {
			format = "yaml"
		}
		return project.Render(p, format)
	case "variables":
		return variables(p, o.format)
	}
	names, err := o.names(p)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	return []byte(strings.Join(names, "\n") + "\n"), nil
}

// names are the lines of the list that is asked for.
func (o configOptions) names(p *project.Project) ([]string, error) {
	switch o.list {
	case "services":
		return p.ServicesInOrder(), nil
	case "images":
		return p.Images(), nil
	case "networks":
		return p.NetworkNames(), nil
	case "volumes":
		return p.VolumeNames(), nil
	case "models":
		return slices.Sorted(maps.Keys(p.Models)), nil
	case "profiles":
		return p.ProfileNames(), nil
	case "environment":
		return slices.Sorted(slices.Values(p.Environment.Values())), nil
	}
	return o.hashes(p)
}

func (o configOptions) hashes(p *project.Project) ([]string, error) {
	if o.hash == "*" {
		return p.Hashes(nil)
	}
	return p.Hashes(strings.Split(o.hash, ","))
}
