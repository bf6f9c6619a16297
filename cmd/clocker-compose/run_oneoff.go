package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/mattn/go-shellwords"
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/progress"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

type runOptions struct {
	compose.RunOptions
	env, envFiles []string
	quiet         bool
	progress      quietOptions
}

func newRun(s *session) *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "Run a command in a new container of a service",
		ArgsUsage: "SERVICE [COMMAND] [ARGS...]",
		Flags: []cli.Flag{
			boolFlag("build", "", "Build the image before running, even if it exists"),
			listFlag("cap-add", "", "Add a Linux capability"),
			listFlag("cap-drop", "", "Drop a Linux capability"),
			boolFlag("detach", "d", "Leave the container running in the background, and print its ID"),
			textFlag("entrypoint", "", "Use this entrypoint instead of the image's"),
			listFlag("env", "e", "NAME=VALUE for the container, or NAME with the value that it has here"),
			listFlag("env-from-file", "", "Read variables for the container from this file"),
			&cli.BoolFlag{Name: "interactive", Aliases: []string{"i"}, Value: true, Usage: "Keep the container's input open (default true)"},
			listFlag("label", "l", "KEY=VALUE: add or replace a label"),
			textFlag("name", "", "Name of the container"),
			boolFlag("no-deps", "", "Leave alone what the service depends on"),
			boolFlag("no-tty", "T", "Give the container no terminal (default: where standard output is none)"),
			listFlag("publish", "p", "Publish a port of the container on its host"),
			textFlag("pull", "", `Pull the image before running: "always", "missing" or "never"`),
			boolFlag("quiet", "q", "Don't show progress"),
			boolFlag("quiet-build", "", "Don't show the output of builds"),
			boolFlag("quiet-pull", "", "Don't show the progress of pulls"),
			boolFlag("remove-orphans", "", "Remove containers of services that the compose files don't have"),
			boolFlag("rm", "", "Remove the container when it has ended, in whichever way"),
			boolFlag("service-ports", "P", "Publish the ports of the service on the container's host"),
			boolFlag("use-aliases", "", "Let others find the container by the names of the service"),
			textFlag("user", "u", "Run as this user"),
			listFlag("volume", "v", "Mount a volume or a path"),
			textFlag("workdir", "w", "Run in this folder of the container"),
			hidden(boolFlag("tty", "t", "")),
			hidden(boolFlag("no-TTY", "", "")),
		},
		Action: func(c *cli.Context) error {
			o, err := parseRun(c, s)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parseRun(c *cli.Context, s *session) (runOptions, error) {
	words := c.Args().Slice()
	if len(words) == 0 {
		return runOptions{}, fmt.Errorf("requires at least 1 arg(s), only received 0")
	}
	if err := checkRun(c); err != nil {
		return runOptions{}, err
	}
	o := runOptions{
		RunOptions: compose.RunOptions{
			Options: plan.Options{NoDeps: c.Bool("no-deps"), Pull: c.String("pull"), RemoveOrphans: c.Bool("remove-orphans"), Build: plan.BuildOptions{All: c.Bool("build")}},
			Service: words[0],
			Name:    c.String("name"),
			Aliases: c.Bool("use-aliases"),
			Remove:  c.Bool("rm"),
			Detach:  c.Bool("detach"),
		},
		env:      c.StringSlice("env"),
		envFiles: c.StringSlice("env-from-file"),
		quiet:    c.Bool("quiet"),
		progress: parseQuiet(c),
	}
	var err error
	o.Override, err = parseOverride(c, s)
	o.Override.Command = words[1:]
	return o, err
}

func checkRun(c *cli.Context) error {
	if err := incompatible(c, "service-ports", "publish"); err != nil {
		return err
	}
	return oneOf(c, "pull", "always", "missing", "never")
}

func parseOverride(c *cli.Context, s *session) (o compose.Override, err error) {
	o = compose.Override{
		HasEntrypoint: c.IsSet("entrypoint"),
		User:          c.String("user"),
		WorkingDir:    c.String("workdir"),
		CapAdd:        c.StringSlice("cap-add"),
		CapDrop:       c.StringSlice("cap-drop"),
		KeepPorts:     c.Bool("service-ports"),
		Stdin:         c.Bool("interactive"),
	}
	if o.Tty, err = s.wantsTerminal(c); err != nil {
		return o, err
	}
	if o.Entrypoint, err = shellwords.Parse(c.String("entrypoint")); err != nil {
		return o, fmt.Errorf("parse --entrypoint: %w", err)
	}
	if o.Labels, err = runLabels(c.StringSlice("label")); err != nil {
		return o, err
	}
	if o.Ports, err = parsePorts(c.StringSlice("publish")); err != nil {
		return o, err
	}
	o.Volumes, err = s.parseVolumes(c.StringSlice("volume"))
	return o, err
}

func runLabels(words []string) (map[string]string, error) {
	labels := map[string]string{}
	for _, word := range words {
		key, value, found := strings.Cut(word, "=")
		if !found {
			return nil, fmt.Errorf("label must be set as KEY=VALUE")
		}
		labels[key] = value
	}
	return labels, nil
}

func parsePorts(words []string) ([]types.ServicePortConfig, error) {
	var ports []types.ServicePortConfig
	for _, word := range words {
		parsed, err := types.ParsePortConfig(word)
		if err != nil {
			return nil, err
		}
		ports = append(ports, parsed...)
	}
	return ports, nil
}

// parseVolumes reads SOURCE:TARGET[:MODE]; a path is relative to where the user is.
func (s *session) parseVolumes(words []string) ([]types.ServiceVolumeConfig, error) {
	var volumes []types.ServiceVolumeConfig
	for _, word := range words {
		v, err := format.ParseVolume(word)
		if err != nil {
			return nil, err
		}
		switch {
		case v.Type != types.VolumeTypeBind:
		case strings.HasPrefix(v.Source, "~"):
			v.Source = filepath.Join(s.getenv("HOME"), v.Source[1:])
		default:
			v.Source = s.absolute(v.Source)
		}
		volumes = append(volumes, v)
	}
	return volumes, nil
}

// variables are those for the container: of files, then of flags. A name alone
// takes its value from here or from the project's .env.
func (o runOptions) variables(s *session, p *project.Project) ([]string, error) {
	var all []string
	if len(o.envFiles) > 0 {
		files := make([]string, len(o.envFiles))
		for i, path := range o.envFiles {
			files[i] = s.absolute(path)
		}
		read, err := dotenv.GetEnvFromFile(p.Environment, files)
		if err != nil {
			return nil, fmt.Errorf("read --env-from-file: %w", err)
		}
		for name, value := range read {
			all = append(all, name+"="+value)
		}
	}
	return append(all, resolveVariables(o.env, p.Environment.Resolve)...), nil
}

func (o runOptions) run(ctx context.Context, s *session) error {
	if o.quiet {
		s.root.progress = progress.Quiet
	}
	s.show("run")
	up := upOptions{UpOptions: compose.UpOptions{Options: o.Options}, quiet: o.progress, approves: true}
	up.Services = []string{o.Service}
	p, env, err := up.prepare(ctx, s)
	if err != nil {
		return err
	}
	o.RemoveOrphans, o.IgnoreOrphans = up.RemoveOrphans, up.IgnoreOrphans
	o.DetachKeys = s.clientConfig().DetachKeys
	if o.Override.Env, err = o.variables(s, p); err != nil {
		return err
	}
	if s.root.dryRun {
		planned, err := compose.PlanRun(ctx, env, p, o.RunOptions)
		if err != nil {
			return err
		}
		return s.printPlan(planned, "text")
	}
	done, err := compose.Run(ctx, env, p, o.RunOptions, s.console(consoleOptions{detachKeys: o.DetachKeys, signals: true}))
	s.renderer.Flush()
	if err == nil && o.Detach {
		_, err = fmt.Fprintln(s.out, done.ID)
	}
	return ended(done.Code, err)
}
