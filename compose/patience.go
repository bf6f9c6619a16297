package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// stallTimeout is how long the other side of a transfer may do nothing.
const stallTimeout = time.Minute

// patience ends a transfer whose other side does nothing.
type patience struct{ timer *time.Timer }

// patiently makes a transfer of any length. It ends as unreachable where the
// other side neither gives nor takes anything for stallTimeout.
func patiently(ctx context.Context, transfer func(context.Context, patience) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	stalled := fmt.Errorf("%w: nothing has moved for %s", hosts.ErrUnreachable, stallTimeout)
	timer := time.AfterFunc(stallTimeout, func() { stop(stalled) })
	defer timer.Stop()
	err := transfer(ctx, patience{timer})
	if err != nil && errors.Is(context.Cause(ctx), hosts.ErrUnreachable) {
		return stalled
	}
	return err
}

// reading is a stream that comes from the other side.
func (p patience) reading(r io.Reader) io.Reader { return &awaited{r, p.timer, false} }

// feeding is a stream that the other side takes: the time that we need to go on
// isn't held against it.
func (p patience) feeding(r io.Reader) io.Reader { return &awaited{r, p.timer, true} }

// awaited begins the time anew with each piece.
type awaited struct {
	io.Reader
	timer *time.Timer
	ours  bool
}

func (a *awaited) Read(p []byte) (int, error) {
	if a.ours {
		a.timer.Stop()
	}
	n, err := a.Reader.Read(p)
	a.timer.Reset(stallTimeout)
	return n, err
}
