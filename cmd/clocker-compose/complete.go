package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/shell"
)

// completionCommand is the word by which Docker's client asks what may come
// next: [bin __complete clocker up ""]. The last word is the one being typed.
const completionCommand = "__complete"

// completion takes completionCommand out of a line, and tells whether it was there.
func completion(args []string) ([]string, bool) {
	if len(args) < 3 || args[1] != completionCommand {
		return args, false
	}
	return slices.Delete(slices.Clone(args), 1, 2), true
}

// complete prints what may stand in the place of the last word, a line each
// with its description, and then how the shell is to go on.
func (s *session) complete(ctx context.Context) error {
	s.err, s.offline = io.Discard, true // a warning would stand in the midst of what is typed
	app := newApp(s)
	last := len(s.args) - 1
	typed := s.args[last]
	q := s.questionOf(app, s.args[:last], typed)
	found := s.candidates(ctx, app, q)
	for _, candidate := range found.words {
		if strings.HasPrefix(candidate, typed) {
			fmt.Fprintln(s.out, candidate)
		}
	}
	fmt.Fprintf(s.out, ":%d\n", found.directive)
	return nil
}

// asked is what is to be completed.
type asked struct {
	line  argv.Line
	flags []cli.Flag
	// flag is the one whose value is typed, nil where it is none's; joined is
	// what stands before the value in the same word: "--format=".
	flag   cli.Flag
	joined string
	typed  string
}

// questionOf understands the words before the one that is typed. They may be
// wrong or unfinished: what was understood counts.
func (s *session) questionOf(app *cli.App, before []string, typed string) asked {
	q := asked{typed: typed}
	understand := func(words []string) {
		q.line, _ = grammar(app).Normalise(words)
		q.flags = app.Flags
		if leaf := q.line.Leaf(); leaf != nil {
			q.flags = leaf.Flags
		}
	}
	understand(before)
	if name, _, ok := strings.Cut(typed, "="); ok && strings.HasPrefix(name, "--") {
		q.flag, q.joined = valued(q.flags, name), name+"="
		return q
	}
	if n := len(before); n > 1 && strings.HasPrefix(before[n-1], "-") {
		if understand(before[:n-1]); valued(q.flags, before[n-1]) != nil {
			q.flag = valued(q.flags, before[n-1])
			return q
		}
		understand(before)
	}
	return q
}

// valued is the flag that a word names and whose value is the next word.
func valued(flags []cli.Flag, word string) cli.Flag {
	name := strings.TrimLeft(word, "-")
	for _, f := range flags {
		if _, isSwitch := f.(*cli.BoolFlag); !isSwitch && slices.Contains(f.Names(), name) && (len(name) == 1) == !strings.HasPrefix(word, "--") {
			return f
		}
	}
	return nil
}

// found are words that may stand there, and how the shell is to go on.
type found struct {
	words     []string
	directive int
}

// only are words beside which no file is offered.
func only(words []string) found { return found{words, shell.NoFiles} }

func (s *session) candidates(ctx context.Context, app *cli.App, q asked) found {
	leaf := q.line.Leaf()
	switch {
	case q.flag != nil:
		return s.values(ctx, app, q)
	case strings.HasPrefix(q.typed, "-"):
		return only(flagCandidates(q.flags))
	case leaf == nil:
		return only(commandCandidates(app.Commands))
	case len(leaf.Subcommands) > 0:
		return only(commandCandidates(leaf.Subcommands))
	}
	return s.operands(ctx, app, q)
}

func flagCandidates(flags []cli.Flag) []string {
	var all []string
	for _, f := range flags {
		described, ok := f.(cli.DocGenerationFlag)
		if shown, hides := f.(cli.VisibleFlag); ok && (!hides || shown.IsVisible()) {
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
