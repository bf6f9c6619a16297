package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts/invented"
)

// BenchmarkUp plans for what runs already.
func BenchmarkUp(b *testing.B) {
	for _, size := range []struct{ services, replicas, hosts int }{{10, 1, 1}, {10, 10, 10}, {10, 100, 100}} {
		b.Run(fmt.Sprintf("%dx%d on %d", size.services, size.replicas, size.hosts), func(b *testing.B) {
			w, p := converged(b, size.services, size.replicas, size.hosts)
			request := w.request(load(b, p), plan.Options{})
			for b.Loop() {
				planned, err := plan.Up(request)
				if err != nil || !planned.Empty() {
					b.Fatalf("%v %v", err, planned.Summary())
				}
			}
		})
	}
}

func BenchmarkDown(b *testing.B) {
	w, _ := converged(b, 10, 100, 100)
	request := plan.DownRequest{Project: "shop", State: w.observe()}
	for b.Loop() {
		plan.Down(request)
	}
}

func converged(b *testing.B, count, replicas, hosts int) (*world, string) {
	b.Helper()
	w := newWorld(b)
	for i := range hosts {
		w.add(fmt.Sprintf("h%03d", i+1))
	}
	file := services(count, replicas)
	w.up(load(b, file), plan.Options{})
	return w, file
}

// BenchmarkFresh plans for a pool that has nothing yet.
func BenchmarkFresh(b *testing.B) {
	for _, size := range []struct{ services, replicas, hosts int }{{10, 100, 100}, {10, 1000, 1000}} {
		b.Run(fmt.Sprintf("%dx%d on %d", size.services, size.replicas, size.hosts), func(b *testing.B) {
			pool, err := invented.Parse(fmt.Sprintf("%dx64cpu-256g,zone=a..c", size.hosts))
			if err != nil {
				b.Fatal(err)
			}
			p := load(b, services(size.services, size.replicas))
			request := plan.Request{Project: p, State: state.Snapshot{}.With(pool), Several: true, Range: p.Clocker.Network.CIDR}
			for b.Loop() {
				if _, err := plan.Up(request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func services(services, replicas int) string {
	var file strings.Builder
	fmt.Fprintln(&file, "services:")
	for i := range services {
		fmt.Fprintf(&file, "  s%d: {image: app, scale: %d, environment: {A: b, C: d}}\n", i, replicas)
	}
	return file.String()
}
