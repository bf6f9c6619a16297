package main

import (
	"fmt"
	"slices"

	"github.com/agext/levenshtein"
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
)

// missingCommands are those of Docker Compose that don't exist here yet.
func missingCommands() []string {
	return []string{
		"alpha", "attach", "bridge", "build", "commit", "convert", "cp", "create", "events", "exec", "export", "images",
		"kill", "ls", "pause", "port", "publish", "pull", "push", "restart", "rm", "run", "scale", "start", "stats",
		"stop", "top", "unpause", "volumes", "wait", "watch",
	}
}

// unknownCommand says what to do where a word isn't a command.
func unknownCommand(program string, line argv.Line, app *cli.App) error {
	name := commandName(program, line.Path)
	if len(line.Path) == 0 && slices.Contains(missingCommands(), line.Unknown) {
		return fmt.Errorf("%s has no %q yet; use docker compose on one host, or docker -H with the endpoint that `%s hosts ls` shows",
			program, line.Unknown, program)
	}
	known := app.Commands
	if leaf := line.Leaf(); leaf != nil {
		known = leaf.Subcommands
	}
	return fmt.Errorf("unknown command %q for %s%s; see %s --help", line.Unknown, name, nearest(line.Unknown, known), name)
}

// nearest suggests a command that is written alike.
func nearest(word string, commands []*cli.Command) string {
	best, distance := "", 3
	for _, c := range commands {
		if d := levenshtein.Distance(word, c.Name, nil); d < distance && !c.Hidden {
			best, distance = c.Name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", best)
}
