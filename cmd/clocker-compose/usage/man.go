package usage

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// Page is a manual page.
type Page struct {
	// File is its file's name: clocker-compose-hosts-add.1.
	File string
	// Content is in man's language.
	Content string
}

// Manual has a page for the program, and one for each command, in their order.
func Manual(program string, app *cli.App, variables []Variable) []Page {
	first := page(program, app, nil)
	first.Content += environment(variables)
	return append([]Page{first}, pages(program, app, nil, app.Commands)...)
}

func pages(program string, app *cli.App, path, list []*cli.Command) []Page {
	var all []Page
	for _, c := range list {
		if c.Hidden {
			continue
		}
		below := append(path[:len(path):len(path)], c)
		all = append(all, page(program, app, below))
		all = append(all, pages(program, app, below, c.Subcommands)...)
	}
	return all
}

func page(program string, app *cli.App, path []*cli.Command) Page {
	s := subjectOf(program, app, path)
	title := strings.ReplaceAll(s.name, " ", "-")
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1\n.SH NAME\n%s \\- %s\n.SH SYNOPSIS\n.B %s\n", strings.ToUpper(title), roff(title), roff(s.usage), roff(s.name))
	if rest := strings.TrimSpace(strings.TrimPrefix(s.synopsis(), s.name)); rest != "" {
		b.WriteString(roff(rest) + "\n")
	}
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s.\n", roff(s.usage))
	if s.description != "" {
		fmt.Fprintf(&b, ".PP\n%s\n", roff(s.description))
	}
	manOptions(&b, s.flags)
	manCommands(&b, title, s.commands)
	if len(path) > 0 {
		fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", roff(program))
	}
	return Page{title + ".1", b.String()}
}

func manOptions(b *strings.Builder, flags []cli.Flag) {
	shown := visible(flags)
	if len(shown) == 0 {
		return
	}
	b.WriteString(".SH OPTIONS\n")
	for _, f := range shown {
		fmt.Fprintf(b, ".TP\n.B %s\n%s.\n", roff(strings.TrimSpace(f.label())), roff(f.usage))
	}
}

func manCommands(b *strings.Builder, title string, commands []*cli.Command) {
	if len(commands) == 0 {
		return
	}
	b.WriteString(".SH COMMANDS\n")
	for _, c := range commands {
		if !c.Hidden {
			fmt.Fprintf(b, ".TP\n.BR %s (1)\n%s.\n", roff(title+"-"+c.Name), roff(c.Usage))
		}
	}
}

func environment(variables []Variable) string {
	var b strings.Builder
	b.WriteString(".SH ENVIRONMENT\nA flag wins over its variable.\n")
	for _, v := range variables {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s.\n", v.Name, roff(strings.ReplaceAll(v.Usage, "`", "")))
	}
	return b.String()
}

// roff keeps text from being read as man's language.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
