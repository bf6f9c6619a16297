package main

import (
	"github.com/urfave/cli/v2"
)

func newCreate(s *session) *cli.Command {
	return &cli.Command{
		Name:      "create",
		Usage:     "Create the containers, and don't start them",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("build", "", "Build images before the containers are created, even if they exist"),
			boolFlag("force-recreate", "", "Recreate containers even if nothing has changed"),
			boolFlag("no-build", "", "Don't build images, even if they are missing"),
			boolFlag("no-recreate", "", "Leave containers that exist as they are"),
			textFlag("pull", "", `Pull images before creating: "always", "missing" or "never"`),
			boolFlag("quiet-build", "", "Don't show the output of builds"),
			boolFlag("quiet-pull", "", "Don't show the progress of pulls"),
			boolFlag("remove-orphans", "", "Remove containers of services that the compose files don't have"),
			listFlag("scale", "", "SERVICE=NUMBER of replicas, whatever the compose files say"),
			boolFlag("yes", "y", "Answer yes to all questions"),
		},
		Action: func(c *cli.Context) error {
			o, err := parseConverge(c)
			if err != nil {
				return err
			}
			o.NoStart, o.Yes, o.title = true, c.Bool("yes"), "create"
			return o.run(c.Context, s)
		},
	}
}
