package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Two users bring projects up and down on one location at the same time: there
// are never more machines than it may have, none is deleted under a container,
// and what is left is what both want.
func TestTwoUsersOfOneLocation(t *testing.T) {
	shared := t.TempDir()
	file := strings.Replace(elasticFile, "scale: 10", "scale: 5", 1)
	shop := newElasticDir(t, shared, file)
	store := newElasticDir(t, shared, strings.Replace(file, "name: shop", "name: store", 1))
	check := shop.neverMoreThan(4)
	for range (*kills + 1) / 2 {
		assert.NilError(t, both(func() error { return shop.try("up", "-d", "-y") }, func() error { return store.try("up", "-d", "-y") }))
		assert.Check(t, cmp.Equal(shop.running("shop"), 5))
		assert.Check(t, cmp.Equal(store.running("store"), 5))

		// One leaves while the other comes, and the other way round.
		assert.NilError(t, both(func() error { return shop.try("down") }, func() error { return store.try("scale", "-y", "web=8") }))
		assert.Check(t, cmp.Equal(store.running("store"), 8))
		assert.NilError(t, both(func() error { return shop.try("up", "-d", "-y") }, func() error { return store.try("down") }))
		assert.Check(t, cmp.Equal(shop.running("shop"), 5))

		shop.finish("down")
		assert.Equal(t, shop.machines(), "burst-1") // the headroom
	}
	check()
}

// both does two things at the same time.
func both(one, other func() error) error {
	done := make(chan error, 1)
	go func() { done <- one() }()
	err := other()
	return errors.Join(err, <-done)
}

// running counts the containers of a project that run.
func (d *elasticDir) running(project string) int {
	d.t.Helper()
	return strings.Count(d.output("ps", "--format", "{{.Name}}"), project+"-web-")
}

// neverMoreThan watches how many machines there are until check is called.
func (d *elasticDir) neverMoreThan(most int) (check func()) {
	stop, done := make(chan struct{}), make(chan struct{})
	seen := 0
	go func() {
		defer close(done)
		for {
			found, err := d.pool.Cloud().List(d.t.Context(), hosts.Location{Name: "burst"})
			if err == nil {
				seen = max(seen, len(found))
			}
			select {
			case <-time.After(5 * time.Millisecond):
			case <-stop:
				return
			}
		}
	}()
	return func() {
		close(stop)
		<-done
		assert.Check(d.t, seen <= most, "%d machines at one time", seen)
	}
}

// The first host of a pool is made before there is one that can keep a lock. That
// another run deletes it at once is no reason to go on without the lock.
func TestTheFirstHostIsDeletedMeanwhile(t *testing.T) {
	shared := t.TempDir()
	file := strings.NewReplacer("scale: 10", "scale: 2", "headroom: {containers: 4}", "min: 0").Replace(elasticFile)
	shop := newElasticDir(t, shared, file)
	store := newElasticDir(t, shared, strings.Replace(file, "name: shop", "name: store", 1))
	for range 3 {
		assert.NilError(t, both(func() error { return shop.try("up", "-d", "-y") }, func() error { return store.try("down") }))
		assert.Check(t, cmp.Equal(shop.running("shop"), 2))
		shop.finish("down")
		assert.Equal(t, shop.machines(), "")
	}
}
