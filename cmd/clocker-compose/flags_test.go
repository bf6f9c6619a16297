package main

import (
	"context"
	"testing"
	"time"

	"github.com/urfave/cli/v2"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// parsed runs a line up to the command's own parse function.
func parsed[O any](t *testing.T, command string, parse func(*cli.Context) (O, error), words ...string) (o O, err error) {
	t.Helper()
	app := newApp(testSession())
	for _, c := range app.Commands {
		if c.Name == command {
			c.Action = func(c *cli.Context) (err error) {
				o, err = parse(c)
				return err
			}
		}
	}
	line, err := grammar(app).Normalise(append([]string{"prog", command}, words...))
	if err != nil {
		return o, err
	}
	return o, app.RunContext(context.Background(), line.Args)
}

func TestParseUp(t *testing.T) {
	five := 5 * time.Second
	o, err := parsed(t, "up", parseUp, "web", "-Vdt5", "db", "--scale", "web=3", "--pull=always", "--wait-timeout=7",
		"--force-recreate", "--no-deps", "--remove-orphans", "-y", "--quiet-pull", "--always-recreate-deps", "--no-color")
	assert.NilError(t, err)
	assert.DeepEqual(t, o.UpOptions, compose.UpOptions{
		Yes: true, WaitTimeout: 7 * time.Second,
		Options: plan.Options{
			Services: []string{"web", "db"}, Pull: "always", Scale: map[string]int{"web": 3}, Timeout: &five,
			ForceRecreate: true, NoDeps: true, RemoveOrphans: true, RenewAnonVolumes: true, AlwaysRecreateDeps: true,
		},
	})
	assert.Assert(t, o.detach && o.quiet.pull && o.attach.look.noColour)
}

func TestParseUpAttached(t *testing.T) {
	o, err := parsed(t, "up", parseUp, "--exit-code-from", "web", "--no-attach=db", "--no-attach", "cache", "--timestamps", "--no-log-prefix")
	assert.NilError(t, err)
	assert.Assert(t, !o.detach)
	assert.DeepEqual(t, o.attach.except, []string{"db", "cache"})
	assert.Assert(t, o.attach.abortOnExit && o.attach.look.timestamps && o.attach.look.noPrefix)
	assert.Equal(t, o.attach.exitCodeFrom, "web")

	o, err = parsed(t, "up", parseUp, "--wait")
	assert.NilError(t, err)
	assert.Assert(t, o.detach, "--wait implies --detach")
	assert.Assert(t, o.Timeout == nil)
}

func TestParseUpRefuses(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"--no-recreate", "-V"}, "--renew-anon-volumes and --no-recreate are incompatible"},
		{[]string{"--attach=a", "--attach-dependencies"}, "--attach and --attach-dependencies are incompatible"},
		{[]string{"--scale", "web=-1"}, `invalid --scale option "web=-1": a service has 0 replicas or more`},
	} {
		_, err := parsed(t, "up", parseUp, c.words...)
		assert.Error(t, err, c.want)
	}
	_, err := parsed(t, "up", parseUp, "--menu=false", "--build=false")
	assert.NilError(t, err)
}

func TestParseDown(t *testing.T) {
	zero := time.Duration(0)
	o, err := parsed(t, "down", parseDown, "-vt0", "web", "--rmi=local", "--remove-orphans")
	assert.NilError(t, err)
	assert.DeepEqual(t, o, compose.DownOptions{
		Services: []string{"web"}, Volumes: true, RemoveOrphans: true, Images: "local", Timeout: &zero,
	})
}

func TestParsePs(t *testing.T) {
	o, err := parsed(t, "ps", parsePs, "web", "-aq", "--status=running", "--filter", "status=exited", "--no-trunc", "--orphans=false")
	assert.NilError(t, err)
	assert.DeepEqual(t, o.PsOptions, compose.PsOptions{
		All: true, Services: []string{"web"}, Status: []hosts.ContainerState{hosts.Running, hosts.Exited},
	})
	assert.Assert(t, o.quiet && o.whole && !o.orphans)
	_, err = parsed(t, "ps", parsePs, "--filter=status")
	assert.Error(t, err, "arguments to --filter should be in form KEY=VAL")
}

func TestParseLogs(t *testing.T) {
	o, err := parsed(t, "logs", func(c *cli.Context) (logsOptions, error) { return parseLogs(c), nil },
		"web", "-f", "-n", "5", "-t", "--since=1h", "--until", "2m", "--index=2")
	assert.NilError(t, err)
	assert.DeepEqual(t, o.LogsOptions, compose.LogsOptions{
		Services: []string{"web"}, Follow: true, Tail: "5", Since: "1h", Until: "2m", Index: 2,
	})
	assert.Assert(t, o.look.timestamps)
}

func TestParseConfig(t *testing.T) {
	o, err := parsed(t, "config", parseConfig, "--no-interpolate", "--format=json", "-o", "x", "--hash", "*", "web")
	assert.NilError(t, err)
	assert.DeepEqual(t, o.services, []string{"web"})
	assert.Equal(t, o.list, "hash")
	assert.Equal(t, o.output, "x")
	assert.Assert(t, o.noInterpolate && o.format == "json")
}

func TestParseRoot(t *testing.T) {
	app := newApp(testSession())
	var o rootOptions
	read := func(environ []string, words ...string) error {
		app.Before = func(c *cli.Context) (err error) {
			o = parseRoot(c, process{environ: environ})
			return o.parseSettings(c, process{environ: environ})
		}
		app.Action = func(*cli.Context) error { return nil }
		return app.RunContext(context.Background(), append([]string{"prog"}, words...))
	}
	environ := []string{"COMPOSE_PROGRESS=json", "COMPOSE_ANSI=never", "COMPOSE_PARALLEL_LIMIT=4", "CLOCKER_LOCATION=eu"}
	assert.NilError(t, read(environ))
	assert.Equal(t, o.parallel, 4)
	assert.Equal(t, o.location, "eu")
	assert.Equal(t, string(o.progress), "json")
	assert.Equal(t, o.ansi, ansiNever)

	assert.NilError(t, read(environ, "--progress=plain", "--ansi=always", "--parallel=-1", "--location=us", "--file=a,b", "--file=c"))
	assert.Equal(t, o.parallel, 0)
	assert.Equal(t, o.location, "us")
	assert.Equal(t, string(o.progress), "plain")
	assert.Equal(t, o.ansi, ansiAlways)
	assert.DeepEqual(t, o.files, []string{"a,b", "c"})

	for level, want := range map[string]logLevel{"--debug": logRequests, "--verbose": logRequests, "-l=debug": logRequests, "-l=fatal": logErrors, "-l=warn": logWarnings} {
		assert.NilError(t, read(nil, level))
		assert.Equal(t, o.log, want, level)
	}
	assert.Error(t, read([]string{"COMPOSE_PARALLEL_LIMIT=many"}), `COMPOSE_PARALLEL_LIMIT must be an integer (found: "many")`)
}
