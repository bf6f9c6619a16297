package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

type applyOptions struct {
	file string
	yes  bool
}

func newApply(s *session) *cli.Command {
	return &cli.Command{
		Name:      "apply",
		Usage:     "Carry out a plan that plan --out wrote, if nothing has moved since",
		ArgsUsage: "FILE",
		Description: "The plan is made again from the same compose files. Where it isn't the same one any more, " +
			"nothing is done, and what has moved is said.",
		Flags: []cli.Flag{boolFlag("yes", "y", "Answer yes to all questions")},
		Action: func(c *cli.Context) error {
			if c.Args().Len() != 1 {
				return errors.New("name one file that `plan --out` has written")
			}
			return applyOptions{c.Args().First(), c.Bool("yes")}.run(c.Context, s)
		},
	}
}

func (o applyOptions) run(ctx context.Context, s *session) error {
	saved, err := s.readPlan(o.file)
	if err != nil {
		return err
	}
	s.root.files, s.root.directory = saved.Source.Files, saved.Source.Directory
	s.root.envFiles, s.root.profiles = saved.Source.EnvFiles, saved.Source.Profiles
	s.root.name, s.root.location = saved.Project, saved.Source.Location
	s.show("apply")
	up := upOptions{UpOptions: compose.UpOptions{Options: saved.Asked.Options(), Yes: o.yes}}
	p, env, err := up.prepare(ctx, s)
	if err != nil {
		return err
	}
	if s.root.dryRun {
		planned, err := compose.Plan(ctx, env, p, up.UpOptions)
		if err != nil {
			return err
		}
		return s.printPlan(planned, "")
	}
	_, err = compose.ApplySaved(ctx, env, p, saved, up.UpOptions)
	s.renderer.Flush()
	return err
}

func (s *session) readPlan(path string) (plan.Saved, error) {
	f, err := os.Open(s.absolute(path))
	if err != nil {
		return plan.Saved{}, fmt.Errorf("read plan: %w", err)
	}
	defer func() { _ = f.Close() }()
	saved, err := plan.ReadSaved(f)
	if err != nil {
		return saved, fmt.Errorf("read plan %s: %w", path, err)
	}
	return saved, nil
}

// writePlan writes a plan to a file that nobody else may read.
func (s *session) writePlan(path string, saved plan.Saved) error {
	f, err := os.OpenFile(s.absolute(path), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	err = errors.Join(saved.Write(f), f.Close())
	if err != nil {
		return fmt.Errorf("write plan %s: %w", path, err)
	}
	return nil
}

// sourceOf is where a project was loaded from.
func (s *session) sourceOf(p *project.Project) (plan.Source, error) {
	if len(p.ComposeFiles) == 0 || slices.Contains(p.ComposeFiles, "-") || slices.Contains(s.root.files, "-") {
		return plan.Source{}, errors.New("--out needs compose files that apply can read again, not standard input")
	}
	return plan.Source{
		Files: p.ComposeFiles, Directory: p.WorkingDir, EnvFiles: p.EnvFiles, Profiles: p.Profiles, Location: s.root.location,
	}, nil
}
