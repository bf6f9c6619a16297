package main

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/shell"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// values are those that a flag may have: words of the project, of the user's
// config file, or those that stand in quotes in what its help says.
func (s *session) values(ctx context.Context, app *cli.App, q asked) found {
	var words []string
	directive := shell.NoFiles
	switch q.flag.Names()[0] {
	case "location":
		words = s.locations()
	case "profile":
		words = s.ofProject(ctx, app, q, (*project.Project).ProfileNames)
	case "attach", "no-attach", "exit-code-from":
		words = s.services(ctx, app, q)
	case "scale":
		words, directive = suffixed(s.services(ctx, app, q), "="), shell.NoFiles|shell.NoSpace
	case "status":
		words = []string{"created", "dead", "exited", "paused", "removing", "restarting", "running"}
	case "signal":
		words = []string{"SIGHUP", "SIGINT", "SIGKILL", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"}
	default:
		if words = choices(q.flag); len(words) == 0 {
			directive = 0 // it may be a file
		}
	}
	for i, word := range words {
		words[i] = q.joined + word
	}
	return found{words, directive}
}

// choices are the words in quotes of a flag's help, but for examples.
func choices(f cli.Flag) []string {
	described, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return nil
	}
	help, _, _ := strings.Cut(described.GetUsage(), " (default")
	var words []string
	for _, match := range regexp.MustCompile(`"([a-z0-9][a-z0-9.-]*)"`).FindAllStringSubmatch(help, -1) {
		words = append(words, match[1])
	}
	if len(words) < 2 { // one is an example
		return nil
	}
	return words
}

// operands are what may stand behind a command.
func (s *session) operands(ctx context.Context, app *cli.App, q asked) found {
	kind, further, several := strings.Cut(q.line.Leaf().ArgsUsage, " ")
	switch given := operandsOf(q.line.Args); {
	case kind == "SRC":
		return found{suffixed(s.services(ctx, app, q), ":"), shell.NoSpace}
	case strings.HasPrefix(kind, "SERVICE="):
		return found{suffixed(s.services(ctx, app, q), "="), shell.NoFiles | shell.NoSpace}
	case strings.Contains(kind, "|"):
		return only(strings.Split(kind, "|"))
	case kind == "[COMMAND]":
		return only(commandCandidates(app.Commands))
	case kind == "HOST...":
		return only(s.hostNames())
	case len(given) > 0 && !strings.HasSuffix(strings.Trim(kind, "[]"), "..."):
		if several && strings.Contains(further, "COMMAND") {
			return found{} // a command line of its own
		}
		return only(nil)
	case strings.HasPrefix(strings.TrimPrefix(kind, "["), "SERVICE"):
		return only(slices.DeleteFunc(s.services(ctx, app, q), func(name string) bool { return slices.Contains(given, name) }))
	}
	return only(nil)
}

// operandsOf are the words behind the "--" of a canonical line.
func operandsOf(args []string) []string {
	if i := slices.Index(args, "--"); i >= 0 {
		return args[i+1:]
	}
	return nil
}

func suffixed(words []string, suffix string) []string {
	for i := range words {
		words[i] += suffix
	}
	return words
}

// services are the names of the project's services; none where it can't be loaded.
func (s *session) services(ctx context.Context, app *cli.App, q asked) []string {
	return s.ofProject(ctx, app, q, func(p *project.Project) []string { return target{model: p}.services() })
}

// ofProject are names that a project has, sorted; none where it can't be loaded.
func (s *session) ofProject(ctx context.Context, app *cli.App, q asked, names func(*project.Project) []string) (all []string) {
	look := func(*cli.Context) error {
		options := s.projectOptions()
		options.AllProfiles = true
		p, err := project.Load(ctx, options)
		if err == nil {
			all = names(p)
		}
		return err
	}
	app.Action = look
	if leaf := q.line.Leaf(); leaf != nil {
		leaf.Action = look
	}
	if err := app.RunContext(ctx, q.line.Args); err != nil {
		return nil
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// locations are those of the config file; none where it can't be read.
func (s *session) locations() []string {
	config, err := s.config()
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(config.Locations))
}

// hostNames are the hosts of the config file's locations.
func (s *session) hostNames() []string {
	config, err := s.config()
	if err != nil {
		return nil
	}
	var names []string
	for _, h := range allHosts(config.Locations) {
		names = append(names, h.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
