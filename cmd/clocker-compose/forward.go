package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

func newForward(s *session) *cli.Command {
	return &cli.Command{
		Name:        "forward",
		Usage:       "Let published ports answer on this machine, until interrupted",
		Description: "An attached up does the same for as long as it runs.",
		ArgsUsage:   "[SERVICE...]",
		Action: func(c *cli.Context) error {
			return runForward(c.Context, s, c.Args().Slice())
		},
	}
}

func runForward(ctx context.Context, s *session, services []string) error {
	t, err := s.target(ctx, services...)
	if err != nil || s.root.dryRun {
		return err
	}
	o := compose.ForwardOptions{Project: t.name, Services: services}
	o.Opened = func(address string, replicas []string) {
		fmt.Fprintln(s.out, address+" -> "+terminal.Clean(strings.Join(replicas, ", ")))
	}
	if err := compose.Forward(ctx, t.env, o); err != nil {
		return err
	}
	return ctx.Err()
}

// forwarding lets ports of other hosts answer here until stop is called.
func (s *session) forwarding(ctx context.Context, env *compose.Env, o compose.ForwardOptions) (stop func()) {
	if len(env.Pool) < 2 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := compose.Forward(ctx, env, o); err != nil && !errors.Is(err, context.Canceled) {
			s.warn("ports aren't forwarded to this machine: " + err.Error())
		}
	}()
	return func() {
		cancel()
		<-done
	}
}
