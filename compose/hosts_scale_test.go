package compose

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// A scale that was killed is finished by the next one, though all machines are there.
func TestScaleFinishesWhatWasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		run := b.one("laptop")[0]
		b.Inject(fake.Fault{Method: "Boot", Object: "burst-2", Delay: time.Minute})
		_, err := b.Create(t.Context(), b.location, "burst-2", "")
		assert.NilError(t, err)
		b.changes()
		var waited []string
		b.ready = func(m hosts.Machine) error {
			waited = append(waited, m.Name)
			time.Sleep(2 * time.Minute)
			return nil
		}
		order := HostOrder{Location: b.location, Count: 2, Yes: true}
		assert.NilError(t, ScaleHosts(t.Context(), run, order))
		assert.Check(t, cmp.DeepEqual(waited, []string{"burst-2"}))
		assert.NilError(t, ScaleHosts(t.Context(), run, order))
		assert.Check(t, cmp.Equal(b.changes(), "Create burst-2"), "and there is nothing more to do")

		// Another run has made one since this one has looked.
		_, err = b.Create(t.Context(), b.location, "burst-3", "")
		assert.NilError(t, err)
		order.Count = 1
		assert.NilError(t, ScaleHosts(t.Context(), run, order))
		assert.Check(t, cmp.Equal(b.changes(), "Create burst-3, Delete burst-3, Delete burst-2"))
	})
}

// fading is a cloud that lists a machine for a while that was deleted.
type fading struct {
	*burst
	gone hosts.Machine
}

func (f fading) List(_ context.Context, l hosts.Location) ([]hosts.Machine, error) {
	all, err := f.burst.List(f.t.Context(), l)
	return append(all, f.gone), err
}

// A machine that goes away makes room for another one, of another name.
func TestAMachineThatGoesAwayDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		run := b.one("laptop")[0]
		b.location.Max = 2
		run.Machines = fading{b, hosts.Machine{ID: "m-9", Name: "burst-2", Location: "burst", State: hosts.MachineDeleting}}
		order := HostOrder{Location: b.location, Count: 2, Yes: true}
		assert.NilError(t, ScaleHosts(t.Context(), run, order))
		assert.Check(t, cmp.Equal(b.changes(), "Create burst-3"))
	})
}
