package main

import (
	"context"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/plugin"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/progress"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/usage"
)

// programName is how the program is called where it isn't a plugin.
const programName = "clocker-compose"

// run is the whole program but for the exit.
func run(ctx context.Context, p process, w wiring) int {
	if len(p.args) > 1 && p.args[1] == plugin.MetadataCommand {
		_, _ = p.out.Write(plugin.Metadata(version))
		return 0
	}
	words, completing := completion(p.args)
	p.args = words
	program := programName
	if line, name, called := plugin.Split(p.args); called {
		p.args, program = line, name
	}
	s := newSession(p, w, program)
	ctx, s.interrupts = watchSignals(ctx, p.signals, s.abort)
	defer s.interrupts.end()
	defer plugin.Watch(p.getenv(plugin.SocketVariable), func() { signalEnd(p.signals) })()

	act := s.command
	if completing {
		act = s.complete
	}
	err := act(ctx)
	s.close()
	s.sayInterrupted(ctx, err)
	complain(ctx, p.err, s.root.progress == progress.JSON, err)
	return exitCode(ctx, err)
}

// signalEnd passes the end of the plugin's socket on as the signal that it stands for.
func signalEnd(signals chan os.Signal) {
	select {
	case signals <- os.Interrupt:
	default: // signals enough have arrived
	}
}

// command reads the line and runs the command that it names.
func (s *session) command(ctx context.Context) error {
	app := newApp(s)
	line, err := grammar(app).Normalise(s.args)
	switch {
	case err != nil:
		return err
	case line.Unknown != "":
		return unknownCommand(s.program, line, app)
	case line.Help, line.Leaf() != nil && len(line.Leaf().Subcommands) > 0:
		return s.help(app, line.Path)
	}
	return app.RunContext(ctx, line.Args)
}

// grammar is how the program's lines are read.
func grammar(app *cli.App) argv.Grammar {
	return argv.Grammar{App: app, Persistent: []string{"dry-run", "help"}, Verbatim: []string{"exec", "run"}}
}

// help prints how the program, or the command at the end of the path, is used.
func (s *session) help(app *cli.App, path []*cli.Command) error {
	_, err := fmt.Fprint(s.out, usage.Text(s.program, app, path))
	return err
}

// commandName is how users write a command: "docker clocker hosts add".
func commandName(program string, path []*cli.Command) string {
	for _, c := range path {
		program += " " + c.Name
	}
	return program
}
