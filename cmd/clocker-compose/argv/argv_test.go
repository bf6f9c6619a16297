package argv_test

import (
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
)

func grammar() argv.Grammar {
	return argv.Grammar{
		App: &cli.App{
			Flags: []cli.Flag{
				&cli.StringSliceFlag{Name: "file", Aliases: []string{"f"}},
				&cli.BoolFlag{Name: "dry-run"},
				&cli.BoolFlag{Name: "help", Aliases: []string{"h"}},
			},
			Commands: []*cli.Command{
				{Name: "up", Flags: []cli.Flag{
					&cli.BoolFlag{Name: "detach", Aliases: []string{"d"}},
					&cli.BoolFlag{Name: "renew", Aliases: []string{"V"}},
					&cli.IntFlag{Name: "timeout", Aliases: []string{"t"}},
					&cli.StringSliceFlag{Name: "scale"},
				}},
				{Name: "hosts", Subcommands: []*cli.Command{
					{Name: "add", Flags: []cli.Flag{&cli.BoolFlag{Name: "force", Aliases: []string{"f"}}}},
				}},
			},
		},
		Persistent: []string{"dry-run", "help"},
	}
}

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"", ""},
		{"up", "up --"},
		{"up web -d", "up --detach=true -- web"},
		{"up -dt5 web", "up --detach=true --timeout=5 -- web"},
		{"up -dt 5", "up --detach=true --timeout=5 --"},
		{"up -t=5 -d=false", "up --timeout=5 --detach=false --"},
		{"up web --scale web=2,3 --scale=db=1", "up --scale=web=2,3 --scale=db=1 -- web"},
		{"up -- -d", "up -- -d"},
		{"up - web", "up -- - web"},
		{"-f a.yaml --file=b.yaml up", "--file=a.yaml --file=b.yaml up --"},
		{"-f - up", "--file=- up --"},
		{"-fa.yaml up web --dry-run", "--file=a.yaml --dry-run=true up -- web"},
		{"hosts add --dry-run x -f y", "--dry-run=true hosts add --force=true -- x y"},
		{"hosts --dry-run add x", "--dry-run=true hosts add -- x"},
	} {
		t.Run(c.line, func(t *testing.T) {
			line, err := grammar().Normalise(strings.Fields("prog " + c.line))
			assert.NilError(t, err)
			assert.Equal(t, strings.Join(line.Args[1:], " "), c.want)
			assert.Assert(t, !line.Help)
		})
	}
}

func TestNormaliseErrors(t *testing.T) {
	for _, c := range []struct{ line, want, command string }{
		{"--nope up", "unknown flag: --nope", ""},
		{"up --nope", "unknown flag: --nope", "up"},
		{"up web --nope=3", "unknown flag: --nope", "up"},
		{"up -dz", "unknown shorthand flag: 'z' in -z", "up"},
		{"up -zd", "unknown shorthand flag: 'z' in -zd", "up"},
		{"up --d", "unknown flag: --d", "up"},
		{"up -t", "flag needs an argument: 't' in -t", "up"},
		{"up --timeout", "flag needs an argument: --timeout", "up"},
		{"up -t x", `invalid argument "x" for "-t, --timeout" flag: strconv.ParseInt: parsing "x": invalid syntax`, "up"},
		{"up -d=x", `invalid argument "x" for "-d, --detach" flag: strconv.ParseBool: parsing "x": invalid syntax`, "up"},
		{"up --=x", "bad flag syntax: --=x", "up"},
		{"up -f x", "unknown shorthand flag: 'f' in -f", "up"},
	} {
		t.Run(c.line, func(t *testing.T) {
			line, err := grammar().Normalise(strings.Fields("prog " + c.line))
			assert.Error(t, err, c.want)
			name := ""
			if leaf := line.Leaf(); leaf != nil {
				name = leaf.Name
			}
			assert.Equal(t, name, c.command)
		})
	}
}

func TestNormaliseHelp(t *testing.T) {
	for _, c := range []struct{ line, leaf string }{
		{"--help", ""},
		{"-h", ""},
		{"up --help", "up"},
		{"up web --help", "up"},
		{"up -dh", "up"},
		{"hosts --help", "hosts"},
		{"hosts add x -h", "add"},
	} {
		t.Run(c.line, func(t *testing.T) {
			line, err := grammar().Normalise(strings.Fields("prog " + c.line))
			assert.NilError(t, err)
			assert.Assert(t, line.Help)
			name := ""
			if leaf := line.Leaf(); leaf != nil {
				name = leaf.Name
			}
			assert.Equal(t, name, c.leaf)
		})
	}
}

func TestNormaliseUnknownCommand(t *testing.T) {
	line, err := grammar().Normalise([]string{"prog", "-f", "a", "exec", "--nope", "web"})
	assert.NilError(t, err)
	assert.Equal(t, line.Unknown, "exec")

	line, err = grammar().Normalise([]string{"prog", "hosts", "frob"})
	assert.NilError(t, err)
	assert.Equal(t, line.Unknown, "frob")
	assert.Equal(t, line.Leaf().Name, "hosts")
}
