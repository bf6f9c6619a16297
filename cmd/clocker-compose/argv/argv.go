// Package argv lets people write command lines as they do for Docker Compose.
//
// urfave/cli stops reading flags at the first operand, knows no joined short
// flags and words its errors in its own way. [Grammar.Normalise] therefore reads
// the line first, by the rules of POSIX and GNU (those of spf13/pflag), and
// writes it anew in the only form that urfave/cli can't misread: every flag by
// its long name with its value joined by "=", before the command's operands,
// which follow "--".
package argv

import (
	"slices"

	"github.com/urfave/cli/v2"
)

// Grammar is what the reading of a line depends on.
type Grammar struct {
	App *cli.App
	// Persistent are root flags that may also stand after a command.
	Persistent []string
	// Verbatim are the names of commands whose operands are a command line of
	// its own: flags after the first operand belong to that.
	Verbatim []string
}

// Line is a command line, understood.
type Line struct {
	// Args is the canonical line; Args[0] is the program's name.
	Args []string
	// Path are the commands that were named, outermost first.
	Path []*cli.Command
	// Unknown is a word that stands where a command should and is none.
	Unknown string
	// Help tells that --help or -h was given.
	Help bool
}

// Leaf is the innermost command that was named; nil for the program itself.
func (l Line) Leaf() *cli.Command {
	if len(l.Path) == 0 {
		return nil
	}
	return l.Path[len(l.Path)-1]
}

// Normalise reads a line; args[0] is the program's name. An error is a
// [*UsageError] in Docker Compose's words. Reading stops at an unknown command.
func (g Grammar) Normalise(args []string) (Line, error) {
	r := &reader{grammar: g, line: Line{Args: args[:1:1]}}
	err := r.level(args[1:], flagsOf(g.App.Flags), g.App.Commands)
	r.line.Args = slices.Concat(r.line.Args[:1], r.root, r.line.Args[1:])
	return r.line, err
}

// reader walks a line from the program to the innermost command.
type reader struct {
	grammar Grammar
	line    Line
	// root collects the root flags, also those that stand after a command.
	root []string
}

// level reads the flags of one command and, where it has subcommands, goes on
// with the one that the first operand names.
func (r *reader) level(args []string, flags flags, commands []*cli.Command) error {
	leaf := len(commands) == 0
	words, operands, err := r.split(args, flags, leaf && !r.verbatim())
	if len(r.line.Path) == 0 {
		r.root = append(r.root, words...)
	} else {
		r.line.Args = append(r.line.Args, words...)
	}
	switch {
	case err != nil:
		return &UsageError{Err: err}
	case leaf:
		r.line.Args = append(append(r.line.Args, "--"), operands...)
		return nil
	case len(operands) == 0:
		return nil
	}
	return r.enter(operands, commands)
}

// verbatim tells whether the command that was named last takes a command line.
func (r *reader) verbatim() bool {
	return len(r.line.Path) > 0 && slices.Contains(r.grammar.Verbatim, r.line.Leaf().Name)
}

// enter goes on with the command that operands[0] names.
func (r *reader) enter(operands []string, commands []*cli.Command) error {
	i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(operands[0]) })
	if i < 0 {
		r.line.Unknown = operands[0]
		return nil
	}
	command := commands[i]
	r.line.Path = append(r.line.Path, command)
	r.line.Args = append(r.line.Args, command.Name)
	flags := flagsOf(command.Flags).with(r.grammar.persistent())
	return r.level(operands[1:], flags, command.Subcommands)
}

// persistent are the flags of the root that commands take as well.
func (g Grammar) persistent() flags {
	root := flagsOf(g.App.Flags)
	return slices.DeleteFunc(root, func(f flag) bool {
		return !slices.ContainsFunc(f.names, func(n string) bool { return slices.Contains(g.Persistent, n) })
	})
}

// split parts flags, in canonical form, from operands. Unless interspersed it
// ends at the first operand. Persistent flags go to the root's.
func (r *reader) split(args []string, flags flags, interspersed bool) (words, operands []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		switch {
		case arg == "--":
			return words, append(operands, args[1:]...), nil
		case !isFlag(arg):
			if !interspersed {
				return words, args, nil
			}
			operands, args = append(operands, arg), args[1:]
			continue
		}
		var settings []setting
		settings, args, err = flags.read(args)
		for _, s := range settings {
			words = r.put(words, s)
		}
		if err != nil {
			return words, operands, err
		}
	}
	return words, operands, nil
}

// put adds a setting to the words of its level.
func (r *reader) put(words []string, s setting) []string {
	switch {
	case s.flag.names[0] == "help":
		r.line.Help = r.line.Help || s.value == "true"
	case s.flag.persistent:
		r.root = append(r.root, s.word())
	default:
		words = append(words, s.word())
	}
	return words
}

func isFlag(arg string) bool { return len(arg) > 1 && arg[0] == '-' }
