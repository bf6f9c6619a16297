package scheduler

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// unit is what is placed as one: a task, or all tasks of a group.
type unit struct {
	// tasks are what was asked, at their places among the sorted tasks.
	tasks []int
	// members are the same with the needs of all moved to the first, so that
	// hosts are asked for the joint needs.
	members []Task
}

// sortedTasks copies the tasks in the order in which they are placed: by
// project, service, number, name.
func sortedTasks(tasks []Task) []Task {
	sorted := slices.Clone(tasks)
	slices.SortStableFunc(sorted, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Service, b.Service),
			cmp.Compare(a.Number, b.Number), cmp.Compare(a.Name, b.Name))
	})
	return sorted
}

// unitsOf gathers the sorted tasks into units, each at the place of its first.
func unitsOf(tasks []Task) []unit {
	units := make([]unit, 0, len(tasks))
	groups := map[[2]string]int{}
	for i, t := range tasks {
		key := [2]string{t.Project, t.Group}
		at, ok := groups[key]
		if t.Group == "" || !ok {
			groups[key] = len(units)
			units = append(units, unit{tasks: []int{i}, members: []Task{t}})
			continue
		}
		units[at].join(i, t)
	}
	return units
}

func (u *unit) join(index int, t Task) {
	leader := &u.members[0]
	leader.Needs = leader.Needs.Add(t.Needs)
	t.Needs = hosts.Resources{}
	u.tasks = append(u.tasks, index)
	u.members = append(u.members, t)
}

// single tells whether the unit is one task.
func (u *unit) single() bool { return len(u.members) == 1 }

// pinned tells whether the unit is tied to hosts.
func (u *unit) pinned() bool {
	return slices.ContainsFunc(u.members, func(t Task) bool { return len(t.Pins) > 0 })
}

// pinnedFirst puts the units that are tied to hosts before those that can go
// elsewhere, so that these don't take their room.
func pinnedFirst(units []unit) []unit {
	var pinned, free []unit
	for _, u := range units {
		if u.pinned() {
			pinned = append(pinned, u)
		} else {
			free = append(free, u)
		}
	}
	return append(pinned, free...)
}

// like tells whether hosts answer the same to both: replicas of one service
// that differ in their number at most.
func (u *unit) like(o *unit) bool {
	if !u.single() || !o.single() {
		return false
	}
	a, b := u.members[0], o.members[0]
	a.Name, a.Number, a.Current = b.Name, b.Number, b.Current
	return reflect.DeepEqual(a, b)
}

// homes are the hosts that the unit's tasks run on now, the one with the most
// of them first, then by name.
func (u *unit) homes() []string {
	count := map[string]int{}
	var names []string
	for _, t := range u.members {
		if t.Current == "" {
			continue
		}
		if count[t.Current] == 0 {
			names = append(names, t.Current)
		}
		count[t.Current]++
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	return names
}
