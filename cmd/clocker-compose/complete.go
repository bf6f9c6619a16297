package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
)

// completionCommand is the word by which Docker's client asks what may come
// next: [bin __complete clocker up ""]. The last word is the one being typed.
const completionCommand = "__complete"

// noFiles tells the shell not to offer file names.
const noFiles = ":4"

// completion takes completionCommand out of a line, and tells whether it was there.
func completion(args []string) ([]string, bool) {
	if len(args) < 3 || args[1] != completionCommand {
		return args, false
	}
	return slices.Delete(slices.Clone(args), 1, 2), true
}

// complete prints what may stand in the place of the last word, a line each
// with its description.
func (s *session) complete(ctx context.Context) error {
	s.err = io.Discard // a warning would stand in the midst of what is typed
	app := newApp(s)
	last := len(s.args) - 1
	typed := s.args[last]
	// What stands before may be wrong or unfinished: what was understood counts.
	line, _ := grammar(app).Normalise(s.args[:last])
	for _, candidate := range s.candidates(ctx, app, line, typed) {
		if strings.HasPrefix(candidate, typed) {
			fmt.Fprintln(s.out, candidate)
		}
	}
	fmt.Fprintln(s.out, noFiles)
	return nil
}

func (s *session) candidates(ctx context.Context, app *cli.App, line argv.Line, typed string) []string {
	flags, commands, operands := app.Flags, app.Commands, ""
	if leaf := line.Leaf(); leaf != nil {
		flags, commands, operands = leaf.Flags, leaf.Subcommands, leaf.ArgsUsage
	}
	switch {
	case strings.HasPrefix(typed, "-"):
		return flagCandidates(flags)
	case len(commands) > 0:
		return commandCandidates(commands)
	case strings.HasPrefix(operands, "[SERVICE"):
		return s.services(ctx, app, line)
	}
	return nil
}

func flagCandidates(flags []cli.Flag) []string {
	var all []string
	for _, f := range flags {
		if described, ok := f.(cli.DocGenerationFlag); ok {
			all = append(all, "--"+f.Names()[0]+"\t"+described.GetUsage())
		}
	}
	return all
}

func commandCandidates(commands []*cli.Command) []string {
	var all []string
	for _, c := range commands {
		if !c.Hidden {
			all = append(all, c.Name+"\t"+c.Usage)
		}
	}
	return all
}

// services are the names of the project's services; none where it can't be loaded.
func (s *session) services(ctx context.Context, app *cli.App, line argv.Line) []string {
	var names []string
	line.Leaf().Action = func(*cli.Context) error {
		t, err := s.target(ctx)
		if err == nil && t.model != nil {
			names = t.services()
		}
		return nil
	}
	if err := app.RunContext(ctx, line.Args); err != nil {
		return nil
	}
	slices.SortFunc(names, cmp.Compare)
	return names
}
