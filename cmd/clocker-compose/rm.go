package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

func newRm(s *session) *cli.Command {
	return &cli.Command{
		Name:      "rm",
		Usage:     "Remove containers that don't run",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("force", "f", "Don't ask"),
			boolFlag("stop", "s", "Stop containers that run, and remove them too"),
			boolFlag("volumes", "v", "Remove the anonymous volumes of the containers too"),
		},
		Action: func(c *cli.Context) error {
			planned, err := parseRm(c, s).run(c.Context, s)
			s.sayIfEmpty(planned, "No stopped containers")
			return err
		},
	}
}

func parseRm(c *cli.Context, s *session) change {
	force := c.Bool("force")
	return change{title: "rm", apply: plan.Remove, ChangeOptions: compose.ChangeOptions{
		LifeRequest: plan.LifeRequest{Services: c.Args().Slice(), Stop: c.Bool("stop"), Volumes: c.Bool("volumes")},
		Command:     "rm",
		Stops:       c.Bool("stop"),
		Approve:     func(p *plan.Plan) (bool, error) { return s.approveRemoval(p, force) },
	}}
}

// approveRemoval names what goes, on standard output as Docker Compose does,
// and asks unless it is forced. No answer is no.
func (s *session) approveRemoval(p *plan.Plan, force bool) (bool, error) {
	fmt.Fprint(s.out, "Going to remove "+terminal.Clean(strings.Join(removed(p), ", ")))
	if force {
		fmt.Fprintln(s.out)
		return true, nil
	}
	if terminal.Is(s.in) {
		fmt.Fprint(s.out, " [y/N] ")
	}
	answer, _ := bufio.NewReader(s.in).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}
