package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/go-units"
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/progress"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

type buildOptions struct {
	plan.BuildCommand
	quiet, memory, check, print bool
}

func newBuild(s *session) *cli.Command {
	return &cli.Command{
		Name:      "build",
		Usage:     "Build the images of services, each on one host",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			listFlag("build-arg", "", "NAME=VALUE for the build, or NAME with the value that it has here"),
			textFlag("builder", "", `A builder of buildx, or the address of a BuildKit, or "default": that of the host that builds`),
			boolFlag("check", "", "Check the Dockerfiles, and build nothing"),
			textFlag("memory", "m", "Without effect: BuildKit knows no limit"),
			boolFlag("no-cache", "", "Build everything anew"),
			boolFlag("print", "", "Print the builds as a file for docker buildx bake"),
			textFlag("provenance", "", "Add an attestation of how the image was made"),
			boolFlag("pull", "", "Ask the registries for newer base images"),
			boolFlag("push", "", "Push the images of services that name one"),
			boolFlag("quiet", "q", "Show nothing"),
			textFlag("sbom", "", "Add an attestation of what is in the image"),
			textFlag("ssh", "", `SSH agent or key for the build: "default", or ID=PATH`),
			boolFlag("with-dependencies", "", "Build the images of what the named services depend on, too"),
			hidden(boolFlag("compress", "", "")),
			hidden(boolFlag("force-rm", "", "")),
			hidden(boolFlag("no-rm", "", "")),
			hidden(boolFlag("parallel", "", "")),
			hidden(textFlag("progress", "", "")),
		},
		Action: func(c *cli.Context) error {
			o, err := parseBuild(c, s)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parseBuild(c *cli.Context, s *session) (buildOptions, error) {
	o := buildOptions{quiet: c.Bool("quiet"), memory: c.IsSet("memory"), check: c.Bool("check"), print: c.Bool("print")}
	o.Services, o.Dependencies = c.Args().Slice(), c.Bool("with-dependencies")
	o.Build = container.Build{
		Args:       types.NewMappingWithEquals(c.StringSlice("build-arg")),
		NoCache:    c.Bool("no-cache"),
		Pull:       c.Bool("pull"),
		Push:       c.Bool("push"),
		Provenance: c.String("provenance"),
		SBOM:       c.String("sbom"),
	}
	if err := checkMemory(c.String("memory")); err != nil {
		return o, err
	}
	var err error
	if o.Builder, err = s.askedBuilder(c.String("builder")); err != nil {
		return o, err
	}
	o.SSH, err = parseSSH(c)
	return o, err
}

// checkMemory refuses what is no size, though none has an effect.
func checkMemory(size string) error {
	if size == "" {
		return nil
	}
	if _, err := units.RAMInBytes(size); err != nil {
		return fmt.Errorf(`invalid argument %q for "-m, --memory" flag: %w`, size, err)
	}
	return nil
}

// parseSSH reads "default" or ID=PATH.
func parseSSH(c *cli.Context) (types.SSHConfig, error) {
	if !c.IsSet("ssh") {
		return nil, nil
	}
	id, path, found := strings.Cut(c.String("ssh"), "=")
	if !found && id != "default" && id != "" {
		return nil, fmt.Errorf("invalid ssh key %q", id)
	}
	if id == "" {
		id = "default"
	}
	return types.SSHConfig{{ID: id, Path: path}}, nil
}

func (o buildOptions) run(ctx context.Context, s *session) error {
	if o.quiet {
		s.root.progress = progress.Quiet
	}
	if o.memory {
		s.warn("--memory has no effect: BuildKit knows no limit")
	}
	s.show("build")
	options := s.projectOptions()
	options.Services = o.Services
	p, err := s.load(ctx, options)
	if err != nil {
		return err
	}
	if o.print {
		return s.printBuilds(p, o)
	}
	env, err := s.placingEnvironment(ctx, p)
	if err != nil {
		return err
	}
	if o.check {
		return s.checkBuilds(ctx, env, p, o)
	}
	if s.root.dryRun {
		planned, err := compose.PlanBuild(ctx, env, p, o.BuildCommand)
		if err != nil {
			return err
		}
		return s.printPlan(planned, "text")
	}
	err = compose.Build(ctx, env, p, o.BuildCommand)
	s.renderer.Flush()
	return err
}
