// Package usage describes commands to people: as the text of --help, and as a
// reference in Markdown. Both are made from the declared flags alone.
package usage

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"
)

// width is how wide the lines of --help are at most, in columns.
const width = 80

// subject is the program, or one command of it.
type subject struct {
	// name is how users write it.
	name, usage, description, operands string
	flags                              []cli.Flag
	commands                           []*cli.Command
}

func subjectOf(program string, app *cli.App, path []*cli.Command) subject {
	s := subject{name: program, usage: app.Usage, description: app.Description, flags: app.Flags, commands: app.Commands}
	for _, c := range path {
		s = subject{s.name + " " + c.Name, c.Usage, c.Description, c.ArgsUsage, c.Flags, c.Subcommands}
	}
	return s
}

// Text is what --help prints.
func Text(program string, app *cli.App, path []*cli.Command) string {
	s := subjectOf(program, app, path)
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:  %s\n\n%s\n", s.synopsis(), s.usage)
	if s.description != "" {
		fmt.Fprintf(&b, "\n%s\n", wrap(s.description, width))
	}
	writeCommands(&b, s.commands)
	writeFlags(&b, s.flags)
	if len(s.commands) > 0 {
		fmt.Fprintf(&b, "\nRun '%s COMMAND --help' for more information on a command.\n", s.name)
	}
	return b.String()
}

func (s subject) synopsis() string {
	words := []string{s.name}
	if len(visible(s.flags)) > 0 {
		words = append(words, "[OPTIONS]")
	}
	if len(s.commands) > 0 {
		words = append(words, "COMMAND")
	}
	if s.operands != "" {
		words = append(words, s.operands)
	}
	return strings.Join(words, " ")
}

func writeCommands(b *strings.Builder, commands []*cli.Command) {
	if len(commands) == 0 {
		return
	}
	b.WriteString("\nCommands:\n")
	w := tabwriter.NewWriter(b, 0, 1, 2, ' ', 0)
	for _, c := range commands {
		if !c.Hidden {
			fmt.Fprintf(w, "  %s\t%s\n", c.Name, c.Usage)
		}
	}
	_ = w.Flush() // a strings.Builder takes everything
}

func writeFlags(b *strings.Builder, flags []cli.Flag) {
	shown := visible(flags)
	if len(shown) == 0 {
		return
	}
	b.WriteString("\nOptions:\n")
	indent := 0
	for _, f := range shown {
		indent = max(indent, len(f.label()))
	}
	indent += 5
	for _, f := range shown {
		text := strings.ReplaceAll(wrap(f.usage, max(width-indent, 30)), "\n", "\n"+strings.Repeat(" ", indent))
		fmt.Fprintf(b, "  %-*s%s\n", indent-2, f.label(), text)
	}
}

// wrap breaks a text at spaces so that no line is wider than the columns, where words allow.
func wrap(text string, columns int) string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > columns {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n")
}
