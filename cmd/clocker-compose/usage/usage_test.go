package usage_test

import (
	"testing"

	"github.com/urfave/cli/v2"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/usage"
)

func app() *cli.App {
	return &cli.App{
		Usage: "Do things",
		Flags: []cli.Flag{&cli.StringFlag{Name: "file", Aliases: []string{"f"}, Usage: "A|B"}, &cli.BoolFlag{Name: "old", Hidden: true}},
		Commands: []*cli.Command{
			{Name: "hidden", Hidden: true},
			{Name: "act", Usage: "Act", ArgsUsage: "[THING...]", Flags: []cli.Flag{
				&cli.IntFlag{
					Name:  "seconds",
					Usage: "A usage that goes on for so long that it has to be broken into lines, the second of which is indented",
				},
			}},
		},
	}
}

func TestTextOfProgram(t *testing.T) {
	assert.Equal(t, usage.Text("prog", app(), nil), `Usage:  prog [OPTIONS] COMMAND

Do things

Commands:
  act  Act

Options:
  -f, --file string   A|B

Run 'prog COMMAND --help' for more information on a command.
`)
}

func TestTextOfCommand(t *testing.T) {
	a := app()
	assert.Equal(t, usage.Text("prog", a, a.Commands[1:]), `Usage:  prog act [OPTIONS] [THING...]

Act

Options:
      --seconds int   A usage that goes on for so long that it has to be broken
                      into lines, the second of which is indented
`)
}

func TestMarkdown(t *testing.T) {
	assert.Equal(t, usage.Markdown("prog", app(), []usage.Variable{{Name: "PROG_FILE", Usage: "Stands for `--file`"}}), `# Commands

What `+"`prog --help`"+` says, on one page. Flags may stand before or after operands, short ones may be joined (`+"`-dt5`"+`), and those of the program stand before the command.

## prog

Do things.

`+"```\nprog [OPTIONS] COMMAND\n```"+`

| flag | what it does |
|---|---|
| `+"`-f, --file string` | A\\|B |"+`

## prog act

Act.

`+"```\nprog act [OPTIONS] [THING...]\n```"+`

| flag | what it does |
|---|---|
| `+"`--seconds int`"+` | A usage that goes on for so long that it has to be broken into lines, the second of which is indented |

## Environment

A flag wins over its variable.

| variable | what it does |
|---|---|
| `+"`PROG_FILE` | Stands for `--file`"+` |
`)
}

func TestManual(t *testing.T) {
	a := app()
	a.Commands[1].Description = ".dots and \\slashes"
	pages := usage.Manual("prog", a, []usage.Variable{{Name: "V", Usage: "Stands for `--file`"}})
	assert.Equal(t, len(pages), 2)
	assert.Equal(t, pages[0].File, "prog.1")
	assert.Equal(t, pages[0].Content, `.TH PROG 1
.SH NAME
prog \- Do things
.SH SYNOPSIS
.B prog
[OPTIONS] COMMAND
.SH DESCRIPTION
Do things.
.SH OPTIONS
.TP
.B \-f, \-\-file string
A|B.
.SH COMMANDS
.TP
.BR prog\-act (1)
Act.
.SH ENVIRONMENT
A flag wins over its variable.
.TP
.B V
Stands for \-\-file.
`)
	assert.Equal(t, pages[1].File, "prog-act.1")
	assert.Assert(t, cmp.Contains(pages[1].Content, ".PP\n\\&.dots and \\eslashes\n"))
	assert.Assert(t, cmp.Contains(pages[1].Content, ".SH SEE ALSO\n.BR prog (1)\n"))
}
