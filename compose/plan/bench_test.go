package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clocker-compose/clocker-compose/compose/plan"
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

func converged(b *testing.B, services, replicas, hosts int) (*world, string) {
	b.Helper()
	w := newWorld(b)
	for i := range hosts {
		w.add(fmt.Sprintf("h%03d", i+1))
	}
	var file strings.Builder
	fmt.Fprintln(&file, "services:")
	for i := range services {
		fmt.Fprintf(&file, "  s%d: {image: app, scale: %d, environment: {A: b, C: d}}\n", i, replicas)
	}
	w.up(load(b, file.String()), plan.Options{})
	return w, file.String()
}
