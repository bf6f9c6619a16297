package scheduler

import (
	"cmp"
	"slices"
)

// unit is what is placed as one: a task, or all tasks that share a group. It
// holds their places among the sorted tasks.
type unit struct {
	lead int
	rest []int
}

// size is how many tasks the unit has.
func (u *unit) size() int { return 1 + len(u.rest) }

// all are the places of its tasks.
func (u *unit) all(yield func(int) bool) {
	if !yield(u.lead) {
		return
	}
	for _, i := range u.rest {
		if !yield(i) {
			return
		}
	}
}

// groupKey is a group of a project: Task.Group, or the strategy's.
type groupKey struct {
	project, name string
	strategy      bool
}

// unitsOf gathers the sorted tasks into units, each at the place of its first.
func (r *rulebook) unitsOf(tasks []Task) ([]unit, error) {
	units := make([]unit, 0, len(tasks))
	at := map[groupKey]int{}
	for i := range tasks {
		keys, err := r.groups(&tasks[i])
		if err != nil {
			return nil, err
		}
		units = append(units, unit{lead: i})
		here := len(units) - 1
		for _, key := range keys {
			if other, known := at[key]; known && other != here {
				here = merge(units, at, other, here)
			}
			at[key] = here
		}
	}
	return slices.DeleteFunc(units, func(u unit) bool { return u.lead < 0 }), nil
}

// groups are those that the task is of.
func (r *rulebook) groups(t *Task) ([]groupKey, error) {
	set, err := r.of(t)
	if err != nil {
		return nil, err
	}
	var keys []groupKey
	if t.Group != "" {
		keys = append(keys, groupKey{t.Project, t.Group, false})
	}
	for _, name := range set.groups {
		keys = append(keys, groupKey{t.Project, name, true})
	}
	return keys, nil
}

// merge makes one unit of two, at the place of the earlier, and returns it.
func merge(units []unit, at map[groupKey]int, a, b int) int {
	a, b = min(a, b), max(a, b)
	units[a].rest = append(units[a].rest, slices.Collect(units[b].all)...)
	slices.Sort(units[a].rest)
	units[b] = unit{lead: -1}
	for key, i := range at {
		if i == b {
			at[key] = a
		}
	}
	return a
}

// sortedTasks copies the tasks in the order of decisions: by project, service,
// number, name.
func sortedTasks(tasks []Task) []Task {
	sorted := slices.Clone(tasks)
	order := func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Service, b.Service),
			cmp.Compare(a.Number, b.Number), cmp.Compare(a.Name, b.Name))
	}
	if !slices.IsSortedFunc(sorted, order) {
		slices.SortStableFunc(sorted, order)
	}
	return sorted
}

// homes are the hosts that the unit's tasks run on now, the one with the most
// of them first, then by name.
func (u *unit) homes(tasks []Task) []string {
	if current := tasks[u.lead].Current; len(u.rest) == 0 {
		if current == "" {
			return nil
		}
		return []string{current}
	}
	count := map[string]int{}
	var names []string
	for i := range u.all {
		current := tasks[i].Current
		if current == "" {
			continue
		}
		if count[current] == 0 {
			names = append(names, current)
		}
		count[current]++
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	return names
}
