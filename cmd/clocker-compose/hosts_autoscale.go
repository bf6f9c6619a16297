package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/progress"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

type hostsAutoscaleOptions struct {
	compose.ResizeOptions
	watch    bool
	interval time.Duration
}

func newHostsAutoscale(s *session) *cli.Command {
	return &cli.Command{
		Name:  "autoscale",
		Usage: "Bring locations to their size: least hosts, headroom, none empty",
		Description: "Machines that an interrupted run left are made hosts. A host is deleted where remove-empty says so, " +
			"nothing is on it, and neither min nor headroom wants it. Volumes that have a name keep their host.",
		Flags: []cli.Flag{
			&cli.DurationFlag{Name: "delay", Value: 10 * time.Minute, Usage: "Delete no host that is younger than this or, watching, that is too many for less"},
			&cli.DurationFlag{Name: "interval", Value: time.Minute, Usage: "Watching, look this often"},
			boolFlag("watch", "w", "Go on until interrupted"),
			boolFlag("yes", "y", "Answer yes to all questions"),
		},
		Action: func(c *cli.Context) error {
			o := hostsAutoscaleOptions{
				ResizeOptions: compose.ResizeOptions{Yes: c.Bool("yes"), Delay: c.Duration("delay")},
				watch:         c.Bool("watch"), interval: c.Duration("interval"),
			}
			switch {
			case c.Args().Present():
				return errors.New("hosts autoscale takes no arguments; --location chooses what is scaled")
			case o.interval <= 0 || o.Delay < 0:
				return errors.New("--interval must be more than 0, and --delay not less")
			case o.watch && !o.Yes:
				return errors.New("--watch makes machines, which may cost money, while nobody can be asked: confirm it with -y")
			}
			return o.run(c.Context, s)
		},
	}
}

func (o hostsAutoscaleOptions) run(ctx context.Context, s *session) error {
	p := s.declaring(ctx)
	s.show("autoscale")
	if p != nil {
		o.Strategies = p.Clocker.Placement.Strategies
	}
	if s.root.dryRun {
		return o.tell(ctx, s, p)
	}
	if !o.watch {
		return o.once(ctx, s, p)
	}
	o.Spare = map[string]time.Time{}
	s.lines().Event(execute.Event{ID: progress.Compose, Text: "Watching", Details: fmt.Sprintf("the hosts are looked at every %s; Ctrl-C ends it", o.interval)})
	return o.goOn(ctx, s, p)
}

// goOn looks again and again. What goes wrong is told once for as long as it
// does: the next look may find things better.
func (o hostsAutoscaleOptions) goOn(ctx context.Context, s *session, p *project.Project) error {
	ticker := time.NewTicker(o.interval)
	defer ticker.Stop()
	told := ""
	for {
		err := o.once(ctx, s, p)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			told = ""
		case err.Error() != told:
			told = err.Error()
			s.warn(told)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return status(codeInterrupted)
		}
	}
}

// once looks, and changes what is to be changed.
func (o hostsAutoscaleOptions) once(ctx context.Context, s *session, p *project.Project) error {
	env, err := o.environment(ctx, s, p)
	if err != nil {
		return err
	}
	done, err := compose.Resize(ctx, env, o.ResizeOptions)
	s.renderer.Flush()
	if err == nil && done.Empty() && !o.watch {
		fmt.Fprintln(s.out, done.Summary())
	}
	return err
}

func (o hostsAutoscaleOptions) tell(ctx context.Context, s *session, p *project.Project) error {
	env, err := o.environment(ctx, s, p)
	if err != nil {
		return err
	}
	planned, err := compose.PlanResize(ctx, env, o.ResizeOptions)
	if err != nil {
		return err
	}
	return s.printPlan(planned, "text")
}

func (o hostsAutoscaleOptions) environment(ctx context.Context, s *session, p *project.Project) (*compose.Env, error) {
	env, err := s.placingEnvironment(ctx, p)
	if err != nil {
		return nil, err
	}
	if env.Machines == nil {
		return nil, errors.New("no location of the pool has a provider: its hosts are those that are listed")
	}
	return env, errors.Join(env.Unlisted...)
}
