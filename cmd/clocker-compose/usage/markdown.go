package usage

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// Variable is an environment variable that the program reads.
type Variable struct{ Name, Usage string }

// Markdown is the reference of all commands and flags, in their order.
func Markdown(program string, app *cli.App, variables []Variable) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Commands\n\nWhat `%s --help` says, on one page. Flags may stand before or after operands, short ones "+
		"may be joined (`-dt5`), and those of the program stand before the command.\n", program)
	section(&b, subjectOf(program, app, nil))
	commands(&b, program, app, nil, app.Commands)
	b.WriteString("\n## Environment\n\nA flag wins over its variable.\n\n| variable | what it does |\n|---|---|\n")
	for _, v := range variables {
		fmt.Fprintf(&b, "| `%s` | %s |\n", v.Name, cell(v.Usage))
	}
	return b.String()
}

// commands writes a section for each command, depth first.
func commands(b *strings.Builder, program string, app *cli.App, path, list []*cli.Command) {
	for _, c := range list {
		if c.Hidden {
			continue
		}
		below := append(path[:len(path):len(path)], c)
		section(b, subjectOf(program, app, below))
		commands(b, program, app, below, c.Subcommands)
	}
}

func section(b *strings.Builder, s subject) {
	fmt.Fprintf(b, "\n## %s\n\n%s.\n", s.name, s.usage)
	if s.description != "" {
		fmt.Fprintf(b, "\n%s\n", s.description)
	}
	fmt.Fprintf(b, "\n```\n%s\n```\n", s.synopsis())
	shown := visible(s.flags)
	if len(shown) == 0 {
		return
	}
	b.WriteString("\n| flag | what it does |\n|---|---|\n")
	for _, f := range shown {
		fmt.Fprintf(b, "| `%s` | %s |\n", strings.TrimSpace(f.label()), cell(f.usage))
	}
}

// cell escapes what would end a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
