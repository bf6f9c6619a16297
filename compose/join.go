package compose

import (
	"context"
	"errors"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

// errJoined is that the first hosts of a pool that had none have just joined:
// before that nothing could keep the project's lock.
var errJoined = errors.New("hosts have joined; run the command again")

// joinHosts makes machines hosts. One that can't be made one is a warning, as is
// any that doesn't answer: the others go on.
func (e *Env) joinHosts(ctx context.Context, joins *plan.Plan) error {
	err := e.execute(ctx, joins, 0)
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		e.warn([]string{err.Error()})
		return nil
	}
	if e.held == nil {
		return errJoined
	}
	return nil
}
