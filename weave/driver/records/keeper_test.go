package records

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"
)

// router is a router in memory.
type router struct {
	mu      sync.Mutex
	down    bool
	records map[Record]bool
	changes int
	lists   int
}

var errDown = errors.New("connection refused")

func (r *router) edit(f func()) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down {
		return errDown
	}
	f()
	return nil
}

func (r *router) Put(_ context.Context, record Record) error {
	return r.edit(func() { r.records[record] = true; r.changes++ })
}

func (r *router) Delete(_ context.Context, record Record) error {
	return r.edit(func() { delete(r.records, record); r.changes++ })
}

func (r *router) List(context.Context) (all []Record, err error) {
	err = r.edit(func() {
		r.lists++
		for record := range r.records {
			all = append(all, record)
		}
	})
	return all, err
}

func (r *router) known(_ context.Context, fqdn string) (found bool, err error) {
	err = r.edit(func() {
		for record := range r.records {
			found = found || record.FQDN == fqdn
		}
	})
	return found, err
}

// restart forgets everything, as a router does.
func (r *router) restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records, r.down = map[Record]bool{}, false
}

func (r *router) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = true
}

func (r *router) has() map[Record]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.records)
}

func record(owner string) Record {
	return Record{Owner: owner, FQDN: owner + ".shop.weave.local.", Address: netip.MustParseAddr("10.32.0.5")}
}

func keep(r *router, want func() []Record) *Keeper {
	return New(Options{Router: r, Want: want, Token: record("token"), Known: r.known, Log: slog.New(slog.DiscardHandler)})
}

func set(records ...Record) map[Record]bool {
	s := map[Record]bool{}
	for _, r := range records {
		s[r] = true
	}
	return s
}

func TestRecordsComeBackAfterARestartOfTheRouter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &router{records: set(record("stale"))}
		k := keep(r, func() []Record { return []Record{record("web"), record("db")} })
		ctx, cancel := context.WithCancel(t.Context())
		go k.Run(ctx)

		time.Sleep(glance)
		assert.DeepEqual(t, r.has(), set(record("web"), record("db"), record("token")), byValue())

		r.stop()
		time.Sleep(5 * glance)
		r.restart()
		time.Sleep(2 * glance)
		assert.DeepEqual(t, r.has(), set(record("web"), record("db"), record("token")), byValue())
		cancel()
		synctest.Wait()
	})
}

func TestNothingIsSaidWhileNothingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &router{records: map[Record]bool{}}
		k := keep(r, func() []Record { return []Record{record("web")} })
		ctx, cancel := context.WithCancel(t.Context())
		go k.Run(ctx)
		time.Sleep(review - glance)
		cancel()
		synctest.Wait()
		assert.Equal(t, r.changes, 2)
		assert.Equal(t, r.lists, 1)
	})
}

func TestUpdateEndsWithItsContext(t *testing.T) {
	k := keep(&router{records: map[Record]bool{}}, func() []Record { return nil })
	<-k.turn // somebody is at it, for long
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, k.Update(ctx), ctx.Err())
	assert.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
}

// However wants change and the router fails, records are true once it answers.
func TestRecordsAreTrueInTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &router{records: map[Record]bool{}}
		wanted := map[Record]bool{}
		k := keep(r, func() []Record {
			var all []Record
			for w := range wanted {
				all = append(all, w)
			}
			return all
		})
		owner := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		t.Repeat(map[string]func(*rapid.T){
			"start":   func(t *rapid.T) { wanted[record(owner.Draw(t, "owner"))] = true },
			"stop":    func(t *rapid.T) { delete(wanted, record(owner.Draw(t, "owner"))) },
			"update":  func(*rapid.T) { _ = k.Update(context.Background()) },
			"fail":    func(*rapid.T) { r.stop() },
			"restart": func(*rapid.T) { r.restart() },
		})
		r.mu.Lock()
		r.down = false
		r.mu.Unlock()
		assert.Assert(t, k.round(context.Background(), false))
		want := maps.Clone(wanted)
		want[record("token")] = true
		assert.DeepEqual(t, r.has(), want, byValue())
	})
}
