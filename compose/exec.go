package compose

import (
	"context"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ExecOptions say what Exec runs, and where.
type ExecOptions struct {
	Replica
	hosts.ExecOptions
	// Stdin joins the user's input.
	Stdin bool
	// Detach starts the command, and leaves it alone.
	Detach bool
}

// Exec runs a command in a container of a service and returns its exit code, 0
// where it is left alone.
func Exec(ctx context.Context, env *Env, o ExecOptions, user Console) (code int, err error) {
	c, engine, err := env.pick(ctx, o.Replica)
	if err != nil {
		return 0, err
	}
	if o.Detach {
		return 0, env.plainly(engine.StartExec(ctx, c.Name, o.ExecOptions))
	}
	streams, leave, err := user.Join(o.Stdin, o.Tty)
	if err != nil {
		return 0, err
	}
	defer leave()
	code, err = engine.RunExec(ctx, c.Name, o.ExecOptions, streams)
	return code, env.plainly(err)
}
