package argv_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/urfave/cli/v2"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
)

// values is what a line sets, however it was read.
type values struct {
	Detach, Renew bool
	Timeout       int
	Scale         []string
	Name          string
	Operands      []string
}

// readPflag reads the words after the command as Docker Compose would.
func readPflag(words []string) (values, error) {
	var v values
	fs := pflag.NewFlagSet("up", pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.BoolVarP(&v.Detach, "detach", "d", false, "")
	fs.BoolVarP(&v.Renew, "renew", "V", false, "")
	fs.IntVarP(&v.Timeout, "timeout", "t", 0, "")
	fs.StringArrayVarP(&v.Scale, "scale", "s", nil, "")
	fs.StringVar(&v.Name, "name", "", "")
	err := fs.Parse(words)
	v.Operands = fs.Args()
	return v, err
}

// readOurs reads them through the normaliser and urfave/cli.
func readOurs(words []string) (values, error) {
	var v values
	app := &cli.App{
		Name: "prog", Writer: io.Discard, ErrWriter: io.Discard, HideHelp: true, HideVersion: true,
		DisableSliceFlagSeparator: true,
		Commands: []*cli.Command{{
			Name: "up", HideHelp: true,
			Flags: []cli.Flag{
				&cli.BoolFlag{Name: "detach", Aliases: []string{"d"}},
				&cli.BoolFlag{Name: "renew", Aliases: []string{"V"}},
				&cli.IntFlag{Name: "timeout", Aliases: []string{"t"}},
				&cli.StringSliceFlag{Name: "scale", Aliases: []string{"s"}, KeepSpace: true},
				&cli.StringFlag{Name: "name"},
			},
			Action: func(c *cli.Context) error {
				v = values{
					c.Bool("detach"), c.Bool("renew"), c.Int("timeout"),
					c.StringSlice("scale"), c.String("name"), c.Args().Slice(),
				}
				return nil
			},
		}},
	}
	line, err := argv.Grammar{App: app}.Normalise(append([]string{"prog", "up"}, words...))
	if err != nil {
		return v, err
	}
	return v, app.RunContext(context.Background(), line.Args)
}

// word draws what a person might type, and what only a tester would.
func word() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"--", "-", "", "-d", "-V", "-t", "-s", "-dV", "-dVt", "-t5", "-t=5", "-dt5", "-d=false", "-d=", "-t=",
			"--detach", "--detach=false", "--detach=maybe", "--timeout", "--timeout=7", "--timeout=x", "--scale",
			"--scale=web=2,3", "--scale=", "--name", "--name=", "--name=a b", "--nope", "--nope=1", "-z", "-dz",
			"---", "--=", "--=x", "web", "db", "5", "0x10", "-5", " x ", "--d", "-detach", "-tV", "-sV",
		}),
		rapid.StringMatching(`-{0,3}[dVtsz=a,5]{0,4}`),
	)
}

// TestReadsAsPflag holds the normaliser against the library that Docker Compose reads with.
func TestReadsAsPflag(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word(), 0, 6).Draw(t, "words")
		want, wantErr := readPflag(words)
		got, gotErr := readOurs(words)
		if wantErr != nil {
			assert.Error(t, gotErr, wantErr.Error())
			return
		}
		assert.NilError(t, gotErr, strings.Join(words, " "))
		if len(want.Scale) == 0 {
			want.Scale = got.Scale[:0]
		}
		assert.DeepEqual(t, nonNil(got), nonNil(want))
	})
}

// nonNil makes empty lists alike.
func nonNil(v values) values {
	v.Scale = append([]string{}, v.Scale...)
	v.Operands = append([]string{}, v.Operands...)
	return v
}
