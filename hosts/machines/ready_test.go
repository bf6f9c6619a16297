package machines_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
	"github.com/clocker-compose/clocker-compose/hosts/machines"
)

// A machine that an earlier run has waited for isn't waited for anew.
func TestAMachineHasOneStartTimeout(t *testing.T) {
	w := newWorld(t)
	made, err := machines.New(w.options).Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	for name, c := range map[string]struct {
		age  time.Duration
		told string
	}{
		"new":                         {0, "Joining"},
		"of an earlier run":           {8*time.Minute + 10*time.Second, "Joining, for about a minute at most"},
		"old, and asked for by name":  {time.Hour, "Joining"},
		"by a clock ahead of our own": {-time.Hour, "Joining"},
	} {
		t.Run(name, func(t *testing.T) {
			made.Created = time.Now().Add(-c.age)
			var told []string
			_, err := machines.New(w.options).Ready(t.Context(), w.eu, made, func(s string) { told = append(told, s) })
			assert.NilError(t, err)
			assert.Assert(t, slices.Contains(told, c.told), "%q", told)
		})
	}
}

// Another run may delete a machine while this one waits for it: then nothing is
// there to wait for any more.
func TestAMachineThatIsDeletedIsNotWaitedFor(t *testing.T) {
	refused := errors.New("no route to host")
	for _, deletedAt := range []string{"Booting", "Waiting for SSH", "Joining", "Waiting for Docker"} {
		t.Run(deletedAt, func(t *testing.T) {
			w := newWorld(t)
			w.options.Outage = 10 * time.Millisecond
			w.options.Join = func(ctx context.Context, _ hosts.Host, _ hosts.Location, _ func(string)) error {
				<-ctx.Done() // what SSH does with a machine that is gone takes longer than anybody waits
				return refused
			}
			w.options.Answer = func(context.Context, hosts.Host) error { return refused }
			switch deletedAt {
			case "Booting":
				w.cloud.Inject(fake.Fault{Method: "Boot", Delay: time.Hour})
			case "Waiting for SSH":
				w.shown = func() ssh.PublicKey { return nil }
			}
			m := machines.New(w.options)
			made, err := m.Create(t.Context(), w.eu, "eu-1", "")
			assert.NilError(t, err)
			if deletedAt == "Waiting for Docker" {
				made.State, made.Endpoint = hosts.MachineRunning, "container://eu-1-abc"
			}
			_, err = m.Ready(t.Context(), w.eu, made, func(text string) {
				if text == deletedAt {
					assert.NilError(t, w.cloud.Delete(t.Context(), made))
				}
			})
			assert.Error(t, err, "machine eu-1: it isn't there any more")
			assert.ErrorIs(t, err, hosts.ErrGone)
		})
	}
}

// A cloud that is away while a machine boots is no reason to give the machine up,
// unless it stays away.
func TestACloudMayBeAwayWhileAMachineBoots(t *testing.T) {
	w := newWorld(t)
	w.cloud.Inject(fake.Fault{Method: "Boot", Delay: 20 * time.Millisecond})
	made, err := machines.New(w.options).Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	w.cloud.Inject(fake.Fault{Method: "List", Kind: fake.Unreachable, Text: "connection refused"})
	asked := func() (n int) {
		for _, c := range w.cloud.Calls() {
			if c.Method == "List" {
				n++
			}
		}
		return n
	}
	ready := make(chan error, 1)
	go func() {
		_, err := machines.New(w.options).Ready(t.Context(), w.eu, made, func(string) {})
		ready <- err
	}()
	for asked() < 3 {
		time.Sleep(time.Millisecond)
	}
	w.cloud.Heal()
	assert.NilError(t, <-ready)

	w.options.Outage = time.Nanosecond
	w.cloud.Inject(fake.Fault{Method: "Boot", Delay: time.Hour})
	w.cloud.Inject(fake.Fault{Method: "List", Kind: fake.Unreachable, Text: "connection refused"})
	m := machines.New(w.options)
	made, err = m.Create(t.Context(), w.eu, "eu-2", "")
	assert.NilError(t, err)
	_, err = m.Ready(t.Context(), w.eu, made, func(string) {})
	assert.ErrorContains(t, err, "connection refused")
}

// late is a cloud whose first lists lack the machine that it has just made, as
// the lists of some do.
func (w *world) late(lists int) {
	kind := w.cloud.Kind()
	kind.Open = func(hosts.ProviderSetup) (hosts.Provider, error) {
		return hosts.Functions{OnCreate: w.cloud.Create, OnDelete: w.cloud.Delete, OnSizes: w.cloud.Sizes, OnList: func(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
			if lists--; lists >= 0 {
				return nil, nil
			}
			return w.cloud.List(ctx, l)
		}}, nil
	}
	w.options.Kinds = []hosts.ProviderKind{kind}
}

func TestAMachineMayBeListedLate(t *testing.T) {
	w := newWorld(t)
	w.late(5)
	m := machines.New(w.options)
	made, err := m.Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	h, err := m.Ready(t.Context(), w.eu, made, func(string) {})
	assert.NilError(t, err)
	assert.Equal(t, h.Machine.State, hosts.MachineRunning)

	made.Created = time.Now().Add(-time.Hour)
	w.late(1 << 30)
	_, err = machines.New(w.options).Ready(t.Context(), w.eu, made, func(string) {})
	assert.ErrorIs(t, err, hosts.ErrGone, "one that isn't new")
}

// A cloud that hangs while SSH is waited for keeps nobody from a machine that answers.
func TestACloudMayHangWhileSSHIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	made, err := machines.New(w.options).Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	made.State = hosts.MachineRunning
	w.cloud.Inject(fake.Fault{Method: "List", Delay: time.Hour})
	refusals := 3
	w.shown = func() ssh.PublicKey {
		if refusals--; refusals >= 0 {
			return nil
		}
		return w.key.PublicKey()
	}
	_, err = machines.New(w.options).Ready(t.Context(), w.eu, made, func(string) {})
	assert.NilError(t, err)
	assert.DeepEqual(t, w.joined, []string{"eu-1"})
}
