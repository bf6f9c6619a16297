package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// upOptions are what up does, and how its output is shown.
type upOptions struct {
	compose.UpOptions
	// title names the command in its progress.
	title  string
	detach bool
	quiet  quietOptions
	attach attachOptions
	// approves asks about a project that is from elsewhere.
	approves bool
}

func newUp(s *session) *cli.Command {
	return &cli.Command{
		Name:      "up",
		Usage:     "Create and start the services, each on its host",
		ArgsUsage: "[SERVICE...]",
		Flags:     upFlags(),
		Action: func(c *cli.Context) error {
			o, err := parseUp(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func upFlags() []cli.Flag {
	return append([]cli.Flag{
		boolFlag("abort-on-container-exit", "", "Stop all containers as soon as one has stopped; not with -d"),
		boolFlag("abort-on-container-failure", "", "Stop all containers as soon as one has failed; not with -d"),
		listFlag("attach", "", "Show the output of this service only"),
		boolFlag("attach-dependencies", "", "Show the output of services that the named ones depend on, too"),
		boolFlag("detach", "d", "Leave the containers running in the background"),
		textFlag("exit-code-from", "", "Exit with the code of this service's container; implies --abort-on-container-exit"),
		boolFlag("menu", "", "Listen to keys while attached; --menu=false or COMPOSE_MENU=false don't"),
		listFlag("no-attach", "", "Don't show the output of this service"),
		boolFlag("no-color", "", "Show output without colours"),
		boolFlag("no-log-prefix", "", "Show output without the names of containers"),
		boolFlag("timestamps", "", "Show when each line was written"),
		boolFlag("wait", "", "Wait until services are running or healthy; implies -d"),
		intFlag("wait-timeout", "", "Wait this many seconds at most"),
		boolFlag("watch", "w", "Bring changes of files to the containers; not with -d"),
		boolFlag("yes", "y", "Answer yes to all questions"),
	}, convergeFlags()...)
}

// convergeFlags are those that decide what is created: up and plan take them.
func convergeFlags() []cli.Flag {
	return []cli.Flag{
		boolFlag("always-recreate-deps", "", "Recreate the containers of services that others depend on"),
		boolFlag("build", "", "Build images before the containers are created, even if they exist"),
		boolFlag("force-recreate", "", "Recreate containers even if nothing has changed"),
		boolFlag("no-build", "", "Don't build images, even if they are missing"),
		boolFlag("no-deps", "", "Leave alone the services that the named ones depend on"),
		boolFlag("no-recreate", "", "Leave containers that exist as they are"),
		boolFlag("no-start", "", "Create the containers, don't start them"),
		textFlag("pull", "", `Pull images before running: "always", "missing" or "never"`),
		boolFlag("quiet-build", "", "Don't show the output of builds"),
		boolFlag("quiet-pull", "", "Don't show the progress of pulls"),
		boolFlag("remove-orphans", "", "Remove containers of services that the compose files don't have"),
		boolFlag("renew-anon-volumes", "V", "Make anonymous volumes anew instead of keeping their data"),
		listFlag("scale", "", "SERVICE=NUMBER of replicas, whatever the compose files say"),
		intFlag("timeout", "t", "Seconds that a container has to stop"),
	}
}

func parseUp(c *cli.Context) (upOptions, error) {
	o, err := parseConverge(c)
	if err != nil {
		return o, err
	}
	o.Yes, o.approves = c.Bool("yes"), true
	o.Wait = c.Bool("wait")
	o.WaitTimeout = time.Duration(c.Int("wait-timeout")) * time.Second
	o.detach = c.Bool("detach") || o.Wait
	o.attach = parseAttach(c)
	return o, checkUp(c, o)
}

// checkUp refuses flags that contradict each other.
func checkUp(c *cli.Context, o upOptions) error {
	for _, pair := range [][]string{
		{"attach", "attach-dependencies"}, {"abort-on-container-exit", "abort-on-container-failure"}, {"no-start", "wait"}, {"no-build", "watch"},
	} {
		if err := incompatible(c, pair...); err != nil {
			return err
		}
	}
	if o.detach && (o.attach.abortOnExit || o.attach.abortOnFailure || len(o.attach.only) > 0 || o.attach.watch) {
		return fmt.Errorf("--detach and --wait can't be combined with --abort-on-container-exit, --abort-on-container-failure, --exit-code-from, --attach or --watch")
	}
	return nil
}

func parseConverge(c *cli.Context) (upOptions, error) {
	o := upOptions{quiet: parseQuiet(c), UpOptions: compose.UpOptions{Options: plan.Options{
		Services:           c.Args().Slice(),
		Pull:               c.String("pull"),
		Build:              plan.BuildOptions{All: c.Bool("build"), None: c.Bool("no-build")},
		RemoveOrphans:      c.Bool("remove-orphans"),
		ForceRecreate:      c.Bool("force-recreate"),
		NoRecreate:         c.Bool("no-recreate"),
		NoStart:            c.Bool("no-start"),
		NoDeps:             c.Bool("no-deps"),
		AlwaysRecreateDeps: c.Bool("always-recreate-deps"),
		RenewAnonVolumes:   c.Bool("renew-anon-volumes"),
		Timeout:            seconds(c, "timeout"),
	}}}
	if err := oneOf(c, "pull", "always", "missing", "never"); err != nil {
		return o, err
	}
	for _, pair := range [][]string{
		{"force-recreate", "no-recreate"},
		{"always-recreate-deps", "no-recreate"},
		{"renew-anon-volumes", "no-recreate"},
		{"build", "no-build"},
	} {
		if err := incompatible(c, pair...); err != nil {
			return o, err
		}
	}
	var err error
	o.Scale, err = parseScale(c.StringSlice("scale"))
	return o, err
}

// parseScale reads SERVICE=NUMBER.
func parseScale(words []string) (map[string]int, error) {
	scale := map[string]int{}
	for _, word := range words {
		service, number, found := strings.Cut(word, "=")
		n, err := strconv.Atoi(number)
		switch {
		case !found || service == "" || err != nil:
			return nil, fmt.Errorf("invalid --scale option %q. Should be SERVICE=NUM", word)
		case n < 0:
			return nil, fmt.Errorf("invalid --scale option %q: a service has 0 replicas or more", word)
		}
		scale[service] = n
	}
	return scale, nil
}

// prepare loads the project and finds its hosts.
func (o *upOptions) prepare(ctx context.Context, s *session) (*project.Project, *compose.Env, error) {
	options := s.projectOptions()
	options.Services = o.Services
	p, err := s.load(ctx, options)
	if err != nil {
		return nil, nil, err
	}
	if len(p.Services) == 0 {
		return nil, nil, errors.New("no service selected: the files have none whose profile is active")
	}
	if o.approves {
		if err := s.approve(ctx, p, options, o.Yes); err != nil {
			return nil, nil, err
		}
	}
	o.RemoveOrphans = o.RemoveOrphans || s.enabled("COMPOSE_REMOVE_ORPHANS")
	o.IgnoreOrphans = s.enabled("COMPOSE_IGNORE_ORPHANS")
	env, err := s.placingEnvironment(ctx, p)
	if err == nil {
		env.Events = o.quiet.of(env.Events)
	}
	return p, env, err
}

// quietOptions are the parts of images that progress leaves out: layers that
// are pulled, and steps of builds.
type quietOptions struct{ pull, build bool }

func parseQuiet(c *cli.Context) quietOptions {
	return quietOptions{pull: c.Bool("quiet-pull"), build: c.Bool("quiet-build")}
}

func (o quietOptions) of(sink execute.Sink) execute.Sink {
	return func(e execute.Event) {
		if e.Parent == "" || e.Build && !o.build || !e.Build && !o.pull {
			sink(e)
		}
	}
}

func (o upOptions) run(ctx context.Context, s *session) error {
	s.show(cmp.Or(o.title, "up"))
	p, env, err := o.prepare(ctx, s)
	if err != nil {
		return err
	}
	if s.root.dryRun {
		planned, err := compose.Plan(ctx, env, p, o.UpOptions)
		if err != nil {
			return err
		}
		return s.printPlan(planned, "text")
	}
	if o.detach || o.NoStart {
		_, err = compose.Up(ctx, env, p, o.UpOptions)
		s.renderer.Flush()
		return err
	}
	return o.attached(ctx, s, p, env)
}
