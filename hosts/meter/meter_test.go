package meter_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
	"github.com/clocker-compose/clocker-compose/hosts/meter"
)

var h1 = hosts.Host{Name: "h1"}

// metersOf measures one fake host with a program of the given content.
func metersOf(e *fake.Engine, program string) *meter.Meters {
	return meter.New(meter.Options{
		Connect: func(hosts.Host) (meter.Engine, error) { return e, nil },
		Program: func(hosts.Platform) ([]byte, error) { return []byte(program), nil },
	})
}

// meterOf is the one container of the host, nil where it has none.
func meterOf(t *testing.T, e *fake.Engine) *hosts.Container {
	t.Helper()
	o, err := e.Observe(context.Background())
	assert.NilError(t, err)
	if len(o.Containers) == 0 {
		assert.Check(t, cmp.Len(o.Images, 0))
		return nil
	}
	assert.Assert(t, cmp.Len(o.Containers, 1))
	return &o.Containers[0]
}

func TestAMeterIsStartedOnceAndRead(t *testing.T) {
	e := fake.New(h1)
	m := metersOf(e, "program")
	_, err := m.Read(t.Context(), h1)
	assert.ErrorIs(t, err, hosts.ErrNotFound)

	assert.NilError(t, m.Start(t.Context(), h1))
	_, err = m.Read(t.Context(), h1)
	assert.ErrorIs(t, err, hosts.ErrNotFound, "it has read nothing yet")
	assert.ErrorContains(t, err, "read nothing yet")

	e.SetUse(&hosts.Use{CPU: 0.25, Window: 30 * time.Second, MemoryBytes: 1 << 30, Age: 3 * time.Second})
	r, err := m.Read(t.Context(), h1)
	assert.NilError(t, err)
	assert.DeepEqual(t, r.Use(time.Now()), &hosts.Use{CPU: 0.25, Window: 30 * time.Second, MemoryBytes: 1 << 30, Age: 3 * time.Second})

	e.ForgetCalls()
	assert.NilError(t, m.Start(t.Context(), h1))
	_, err = m.Read(t.Context(), h1)
	assert.NilError(t, err)
	assert.Equal(t, len(e.Calls()), 2, "one call finds that it runs, and one reads: %v", e.Calls())
}

func TestAMeterOfAnotherVersionIsReplaced(t *testing.T) {
	e := fake.New(h1)
	assert.NilError(t, metersOf(e, "old").Start(t.Context(), h1))
	old := meterOf(t, e)
	assert.NilError(t, metersOf(e, "new").Start(t.Context(), h1))
	now := meterOf(t, e)
	assert.Assert(t, now.Image != old.Image && now.State == hosts.Running)
	_, err := e.InspectImage(t.Context(), old.Image)
	assert.ErrorIs(t, err, hosts.ErrNotFound, "its image goes with it")

	assert.NilError(t, metersOf(e, "new").Remove(t.Context(), h1))
	assert.Assert(t, meterOf(t, e) == nil)
	assert.NilError(t, metersOf(e, "new").Remove(t.Context(), h1), "there is none")
}

func TestAStoppedMeterIsStartedAgain(t *testing.T) {
	e := fake.New(h1)
	m := metersOf(e, "program")
	assert.NilError(t, m.Start(t.Context(), h1))
	assert.NilError(t, e.StopContainer(t.Context(), meter.Name, hosts.StopOptions{}))
	assert.NilError(t, m.Start(t.Context(), h1))
	assert.Equal(t, meterOf(t, e).State, hosts.Running)
}

func TestAStrangersContainerIsLeftAlone(t *testing.T) {
	e := fake.New(h1)
	e.Load("busybox")
	_, err := e.CreateContainer(t.Context(), hosts.ContainerSpec{
		Name: meter.Name, Config: &container.Config{Image: "busybox", Cmd: []string{"sh", "-c", "echo {}; sleep 60"}},
	})
	assert.NilError(t, err)
	assert.NilError(t, e.StartContainer(t.Context(), meter.Name))
	m := metersOf(e, "program")
	assert.ErrorContains(t, m.Start(t.Context(), h1), "a container that is no meter has the name clocker-meter")
	assert.NilError(t, m.Remove(t.Context(), h1))
	assert.Equal(t, meterOf(t, e).State, hosts.Running)
	_, err = m.Read(t.Context(), h1)
	assert.ErrorContains(t, err, "writes no readings")
}

func TestWhatCannotBeMade(t *testing.T) {
	broken := errors.New("no program for s390x")
	m := meter.New(meter.Options{
		Connect: func(hosts.Host) (meter.Engine, error) { return fake.New(h1), nil },
		Program: func(hosts.Platform) ([]byte, error) { return nil, broken },
	})
	assert.ErrorIs(t, m.Start(t.Context(), h1), broken)
	m = meter.New(meter.Options{Connect: func(hosts.Host) (meter.Engine, error) { return nil, hosts.ErrUnreachable }})
	_, err := m.Read(t.Context(), h1)
	assert.ErrorIs(t, err, hosts.ErrUnreachable)
	assert.ErrorIs(t, m.Remove(t.Context(), h1), hosts.ErrUnreachable)
}
