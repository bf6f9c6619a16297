package main

import (
	"errors"
	"fmt"

	"github.com/agext/levenshtein"
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
)

// declined are commands of Docker Compose that won't be here, and why.
func declined(program, command string) string {
	if command != "bridge" {
		return ""
	}
	return program + " has no bridge: it would make Kubernetes manifests of compose files by running Docker's own images, " +
		"which know nothing of hosts and placement; `docker compose bridge` reads the same files"
}

// unknownCommand says what to do where a word isn't a command.
func unknownCommand(program string, line argv.Line, app *cli.App) error {
	name := commandName(program, line.Path)
	if why := declined(program, line.Unknown); why != "" && len(line.Path) == 0 {
		return errors.New(why)
	}
	known := app.Commands
	if leaf := line.Leaf(); leaf != nil {
		known = leaf.Subcommands
	}
	if meant := nearest(line.Unknown, known); meant != "" {
		return fmt.Errorf("unknown command %q for %s; did you mean %q?", line.Unknown, name, meant)
	}
	return fmt.Errorf("unknown command %q for %s; `%s --help` lists the commands", line.Unknown, name, name)
}

// nearest is a command that is written alike, or "".
func nearest(word string, commands []*cli.Command) string {
	best, distance := "", 3
	for _, c := range commands {
		if d := levenshtein.Distance(word, c.Name, nil); d < distance && !c.Hidden {
			best, distance = c.Name, d
		}
	}
	return best
}
