package execute

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// giver is a host whose archive comes to a standstill, where it does.
type giver struct {
	Engine
	stands bool
}

func (g giver) SaveImage(ctx context.Context, _ string) (io.ReadCloser, error) {
	archive := io.Reader(strings.NewReader("layers"))
	if g.stands {
		archive = io.MultiReader(archive, until{ctx})
	}
	return io.NopCloser(archive), nil
}

// until is read in vain until its context ends.
type until struct{ ctx context.Context }

func (u until) Read([]byte) (int, error) {
	<-u.ctx.Done()
	return 0, u.ctx.Err()
}

// taker is a host that takes an archive, and then may do nothing any more.
type taker struct {
	Engine
	stands bool
}

func (h taker) LoadImage(ctx context.Context, _ string, archive io.Reader) error {
	if _, err := io.Copy(io.Discard, archive); err != nil || !h.stands {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

// Who makes the others wait is to blame: another host may give what one doesn't,
// and none can help one that doesn't take it.
func TestACopyThatStandsStillIsBlamedOnWhoIsWaitedFor(t *testing.T) {
	copied := func(ctx context.Context, from, to bool) error {
		r := &run{Executor: &Executor{}}
		return r.transfer(ctx, giver{stands: from}, taker{stands: to}, plan.Step{}, plan.CopyImage{Ref: "shop", From: "h1"}, 6)
	}
	synctest.Test(t, func(t *testing.T) {
		assert.NilError(t, copied(t.Context(), false, false))

		err := copied(t.Context(), true, false)
		assert.Error(t, err, "read it from host h1: host is unreachable: nothing moved for 2m0s")
		assert.Assert(t, errors.Is(err, errSource))

		err = copied(t.Context(), false, true)
		assert.Error(t, err, "host is unreachable: nothing moved for 2m0s")
		assert.ErrorIs(t, err, hosts.ErrUnreachable)
		assert.Assert(t, !errors.Is(err, errSource))

		interrupted, cancel := context.WithCancel(t.Context())
		cancel()
		assert.Error(t, copied(interrupted, true, false), "context canceled")
	})
}
