package scheduler

import (
	"maps"
	"reflect"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// alike tells whether hosts answer the same to both tasks: replicas of one
// service that differ in their name, number and current host at most.
func alike(a, b *Task) bool {
	return a.Service == b.Service && a.Project == b.Project && a.Group == b.Group &&
		a.Platform == b.Platform && a.Needs == b.Needs && a.MaxPerHost == b.MaxPerHost &&
		same(a.Locations, b.Locations) && same(a.Constraints, b.Constraints) && same(a.Ports, b.Ports) &&
		maps.Equal(a.Devices, b.Devices) &&
		slices.EqualFunc(a.Pins, b.Pins, func(x, y Pin) bool { return x.Reason == y.Reason && same(x.Hosts, y.Hosts) }) &&
		sameStrategies(a.Strategies, b.Strategies)
}

func same[T comparable](a, b []T) bool { return shared(a, b) || slices.Equal(a, b) }

// sameStrategies compares values of any type, which is slow; but replicas of
// one service mostly come with the same list.
func sameStrategies(a, b []hosts.Strategy) bool { return shared(a, b) || reflect.DeepEqual(a, b) }

// shared tells whether two slices are the same memory.
func shared[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
