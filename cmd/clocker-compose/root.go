package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/progress"
)

// rootOptions are the flags that stand before the command, and the variables
// that stand for them.
type rootOptions struct {
	files        []string
	name         string
	profiles     []string
	envFiles     []string
	directory    string
	location     string
	allResources bool
	compatible   bool
	dryRun       bool
	// parallel bounds the steps at work at once; 0 is no limit of the user's.
	parallel int
	log      logLevel
	progress progress.Mode
	ansi     ansiMode
	docker   dockerFlags
	// insecure are registries of compose files that may be without TLS.
	insecure []string
}

// dockerFlags are those of Docker's own client, which hands them to a plugin.
type dockerFlags struct {
	config, context, host      string
	tls, tlsVerify             bool
	tlsCACert, tlsCert, tlsKey string
}

// ansiMode is when terminals are sent colours and cursor movements.
type ansiMode string

const (
	ansiAuto   ansiMode = "auto"
	ansiNever  ansiMode = "never"
	ansiAlways ansiMode = "always"
)

func rootFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		boolFlag("all-resources", "", "Include all resources, even those that no service uses"),
		textFlag("ansi", "", `When to use colours and live rows: "never", "always" or "auto" (default "auto")`),
		boolFlag("compatibility", "", "Name containers as Docker Compose V1 did, with underscores"),
		boolFlag("dry-run", "", "Print what would be done, and do nothing"),
		listFlag("env-file", "", "Read variables from this file instead of .env"),
		listFlag("file", "f", "Compose file to read"),
		textFlag("location", "", "Location whose hosts to use, for this call; several are separated by commas"),
		intFlag("parallel", "", "How many steps are at work at once, -1 for no limit (default -1)"),
		listFlag("profile", "", "Profile to enable"),
		textFlag("progress", "", `How to show progress: "auto", "tty", "plain", "json" or "quiet" (default "auto")`),
		textFlag("project-directory", "", "Directory of the project (default: that of the first compose file)"),
		textFlag("project-name", "p", "Name of the project"),
		boolFlag("help", "h", "Show this help"),
		hidden(boolFlag("version", "v", "Show the version")),
		hidden(listFlag("insecure-registry", "", "Registry of compose files that may be without TLS")),
		hidden(boolFlag("no-ansi", "", "Same as --ansi never")),
		hidden(boolFlag("verbose", "", "Same as --debug")),
		hidden(textFlag("workdir", "", "Same as --project-directory")),
	}, dockerClientFlags())
}

// dockerClientFlags are global flags of Docker's own client.
func dockerClientFlags() []cli.Flag {
	return []cli.Flag{
		textFlag("config", "", "Folder of Docker's client configuration"),
		textFlag("context", "c", "Docker context to use where no location is named"),
		boolFlag("debug", "D", "Tell of every request to an engine: host, answer, time"),
		textFlag("host", "H", "Docker engine to use where no location is named"),
		textFlag("log-level", "l", `What to tell of beside results: "debug", "info", "warn", "error" or "fatal" (default "info")`),
		boolFlag("tls", "", "Use TLS with --host"),
		textFlag("tlscacert", "", "Trust certificates signed by this one"),
		textFlag("tlscert", "", "TLS certificate of the client"),
		textFlag("tlskey", "", "TLS key of the client"),
		boolFlag("tlsverify", "", "Use TLS with --host and verify the engine's certificate"),
	}
}

// parseRoot reads which project and which hosts the root's flags mean.
func parseRoot(c *cli.Context, p process) rootOptions {
	return rootOptions{
		files:        c.StringSlice("file"),
		name:         c.String("project-name"),
		profiles:     c.StringSlice("profile"),
		envFiles:     c.StringSlice("env-file"),
		directory:    cmp.Or(c.String("project-directory"), c.String("workdir")),
		location:     cmp.Or(c.String("location"), p.getenv("CLOCKER_LOCATION")),
		allResources: c.Bool("all-resources"),
		compatible:   c.Bool("compatibility"),
		dryRun:       c.Bool("dry-run"),
		insecure:     c.StringSlice("insecure-registry"),
		docker: dockerFlags{
			config: c.String("config"), context: c.String("context"), host: c.String("host"),
			tls: c.Bool("tls"), tlsVerify: c.Bool("tlsverify"),
			tlsCACert: c.String("tlscacert"), tlsCert: c.String("tlscert"), tlsKey: c.String("tlskey"),
		},
	}
}

// parseSettings reads how the program works and what it shows. The variables
// that stand for these flags may come from an env file, too.
func (o *rootOptions) parseSettings(c *cli.Context, p process) (err error) {
	if o.log, err = parseLogLevel(c); err != nil {
		return err
	}
	if err := o.parseParallel(c, p); err != nil {
		return err
	}
	return o.parseOutput(c, p)
}

func (o *rootOptions) parseParallel(c *cli.Context, p process) (err error) {
	o.parallel = c.Int("parallel")
	if limit := p.getenv("COMPOSE_PARALLEL_LIMIT"); limit != "" && !c.IsSet("parallel") {
		if o.parallel, err = strconv.Atoi(limit); err != nil {
			return fmt.Errorf("COMPOSE_PARALLEL_LIMIT must be an integer (found: %q)", limit)
		}
	}
	o.parallel = max(o.parallel, 0)
	return nil
}

func (o *rootOptions) parseOutput(c *cli.Context, p process) (err error) {
	o.progress, err = progress.ParseMode(cmp.Or(c.String("progress"), p.getenv("COMPOSE_PROGRESS")))
	if err != nil {
		return err
	}
	o.ansi = ansiMode(cmp.Or(c.String("ansi"), p.getenv("COMPOSE_ANSI"), string(ansiAuto)))
	if c.Bool("no-ansi") {
		o.ansi = ansiNever
	}
	if !slices.Contains([]ansiMode{ansiAuto, ansiNever, ansiAlways}, o.ansi) {
		return fmt.Errorf("invalid value for --ansi: %q (use never, always or auto)", o.ansi)
	}
	return nil
}

// newApp declares the program.
func newApp(s *session) *cli.App {
	app := &cli.App{
		Name:      "clocker-compose",
		Usage:     "Run a compose file over a pool of Docker hosts",
		Flags:     rootFlags(),
		HideHelp:  true,
		Writer:    io.Discard,
		ErrWriter: io.Discard,
		Reader:    s.in,

		HideVersion:               true,
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {},
		Commands: []*cli.Command{
			newAlpha(s), newApply(s), newAttach(s), newBuild(s), newCommit(s), newCompletion(s), newConfig(s), newConvert(s), newCp(s), newCreate(s), newDown(s), newEvents(s), newExec(s),
			newExport(s), newForward(s), newHelp(s), newHosts(s), newImages(s), newKill(s), newLogs(s), newLs(s), newPause(s), newPlan(s),
			newPort(s), newPs(s), newPublish(s), newPull(s), newPush(s), newRebalance(s), newRestart(s), newRm(s), newRun(s), newScale(s), newStart(s), newStats(s),
			newStop(s), newTop(s), newUnpause(s), newUp(s), newVersion(s), newVolumes(s), newWait(s), newWatch(s),
		},
	}
	app.OnUsageError = usageError
	app.Before = func(c *cli.Context) (err error) {
		s.root = parseRoot(c, s.process)
		s.adoptVariables()
		return s.root.parseSettings(c, s.process)
	}
	app.Action = func(c *cli.Context) error {
		if c.Bool("version") {
			return versionOptions{}.run(s)
		}
		return s.help(app, nil)
	}
	plainCommands(app.Commands)
	return app
}

// plainCommands takes from commands what urfave/cli would add of its own.
func plainCommands(commands []*cli.Command) {
	for _, c := range commands {
		c.HideHelp = true
		c.OnUsageError = usageError
		plainCommands(c.Subcommands)
	}
}

func usageError(_ *cli.Context, err error, _ bool) error { return err }
