package courier_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/courier"
	"github.com/clocker-compose/clocker-compose/hosts/courier/depot"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// machine is a fake engine whose containers run a depot when they are attached to.
type machine struct {
	*fake.Engine
	folder string
	// silent depots come up and say nothing.
	silent bool
	// mute hosts run no other commands beside them.
	mute bool
}

func (m *machine) AttachContainer(ctx context.Context, id string, o hosts.AttachOptions, s hosts.Streams) error {
	defer s.In.Close()
	if err := o.Attached(); err != nil {
		return err
	}
	if m.silent {
		return errors.New("exec /depot: permission denied")
	}
	err := depot.Run(ctx, depot.Config{Socket: m.folder + "/none", Folder: m.folder, Patience: time.Minute}, s.In, s.Out)
	return errors.Join(err, m.RemoveContainer(context.WithoutCancel(ctx), id, true, true)) // as AutoRemove does
}

// RunExec runs what joins depots.
func (m *machine) RunExec(ctx context.Context, _ string, o hosts.ExecOptions, s hosts.Streams) (int, error) {
	defer s.In.Close()
	switch {
	case m.mute:
		return 126, nil
	case o.Command[2] == "await":
		return 0, depot.Await(ctx, s.In, s.Out)
	}
	return 0, depot.Reach(ctx, o.Command[3], s.In, s.Out)
}

// pool is hosts of the given addresses.
func pool(t *testing.T, addresses map[string]string) (*courier.Couriers, map[string]*machine) {
	t.Helper()
	machines := map[string]*machine{}
	var list []hosts.Host
	for name, address := range addresses {
		h := hosts.Host{Name: name, Address: address}
		list = append(list, h)
		machines[name] = &machine{Engine: fake.New(h), folder: t.TempDir()}
	}
	var once sync.Mutex
	c := courier.New(courier.Options{
		Hosts: list,
		Connect: func(h hosts.Host) (courier.Engine, error) {
			once.Lock()
			defer once.Unlock()
			return machines[h.Name], nil
		},
		Program: func(hosts.Platform) ([]byte, error) { return []byte("program"), nil },
		Run:     "test",
	})
	t.Cleanup(func() { c.Close(context.Background()) })
	return c, machines
}

func containers(t *testing.T, m *machine) []hosts.Container {
	t.Helper()
	o, err := m.Observe(t.Context())
	assert.NilError(t, err)
	return o.Containers
}

func TestDepotsLiveAsLongAsTheirRun(t *testing.T) {
	c, machines := pool(t, map[string]string{"h1": "127.0.0.1", "h2": "127.0.0.1"})
	assert.Check(t, c.Offer(t.Context(), "h1"))
	assert.Check(t, cmp.Len(containers(t, machines["h1"]), 1))
	assert.Check(t, cmp.Len(containers(t, machines["h2"]), 0))
	err := c.Carry(t.Context(), "shop:1", "h2", hosts.CarryOptions{From: []string{"h1"}})
	assert.ErrorContains(t, err, "ask engine: ", "h1's depot has asked its engine")
	assert.Check(t, !errors.Is(err, hosts.ErrApart))
	c.Close(t.Context())
	for _, m := range machines {
		assert.Check(t, cmp.Len(containers(t, m), 0))
	}
}

func TestHostsThatDoNotReachEachOther(t *testing.T) {
	c, machines := pool(t, map[string]string{"laptop": "", "h2": "127.0.0.1", "broken": "127.0.0.1"})
	assert.Check(t, !c.Offer(t.Context(), "laptop"))
	err := c.Carry(t.Context(), "shop:1", "h2", hosts.CarryOptions{From: []string{"laptop"}})
	assert.ErrorIs(t, err, hosts.ErrApart)

	err = c.Carry(t.Context(), "shop:1", "h2", hosts.CarryOptions{From: []string{"laptop"}, Here: true})
	assert.ErrorContains(t, err, "ask engine: ", "the laptop's depot has been asked through this machine")
	assert.Check(t, !errors.Is(err, hosts.ErrApart))

	machines["laptop"].mute = true
	err = c.Carry(t.Context(), "shop:1", "h2", hosts.CarryOptions{From: []string{"laptop"}, Here: true})
	assert.ErrorIs(t, err, hosts.ErrApart, "then the image passes as a whole")

	machines["broken"].silent = true
	assert.Check(t, !c.Offer(t.Context(), "broken"))
	err = c.Carry(t.Context(), "shop:1", "broken", hosts.CarryOptions{From: []string{"h2"}})
	assert.ErrorIs(t, err, hosts.ErrApart)
	assert.ErrorContains(t, err, "permission denied")
	assert.Check(t, cmp.Len(containers(t, machines["broken"]), 0))
}

func TestWhatRunsLeftIsTidied(t *testing.T) {
	c, machines := pool(t, map[string]string{"h1": "127.0.0.1"})
	e := machines["h1"]
	for _, ref := range []string{"clocker-courier:old", "clocker-arriving:0123456789ab", "shop:1"} {
		assert.NilError(t, e.ImportImage(t.Context(), ref, emptyTar()))
	}
	assert.Check(t, c.Offer(t.Context(), "h1"))
	for ref, there := range map[string]bool{"clocker-courier:old": false, "clocker-arriving:0123456789ab": false, "shop:1": true} {
		_, err := e.InspectImage(t.Context(), ref)
		assert.Check(t, (err == nil) == there, "%s: %v", ref, err)
	}
}

func emptyTar() io.Reader { return io.LimitReader(zeros{}, 1024) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
