package main

import (
	"context"
	"fmt"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// checkBuilds prints what is wrong with the Dockerfiles of a project. That
// something is ends the program with 1.
func (s *session) checkBuilds(ctx context.Context, env *compose.Env, p *project.Project, o buildOptions) error {
	warnings := 0
	err := compose.CheckBuild(ctx, env, p, o.BuildCommand, func(service string, found hosts.BuildFindings) {
		warnings += found.Warnings
		if !o.quiet {
			fmt.Fprintf(s.out, "%s: %s\n", terminal.Clean(service), counted(found.Warnings))
			if found.Text != "" {
				fmt.Fprintf(s.out, "\n%s\n", cleanLines(found.Text))
			}
		}
	})
	if err == nil && warnings > 0 {
		return status(1)
	}
	return err
}

func counted(warnings int) string {
	switch warnings {
	case 0:
		return "Check complete, no warnings found."
	case 1:
		return "Check complete, 1 warning has been found!"
	}
	return fmt.Sprintf("Check complete, %d warnings have been found!", warnings)
}
