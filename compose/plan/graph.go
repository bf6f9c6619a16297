package plan

import "slices"

// graph collects steps. A step that is added twice is one step that waits for
// what either wanted.
type graph struct {
	steps []Step
	at    map[string]int
}

func newGraph() *graph { return &graph{at: map[string]int{}} }

// add returns the step's ID. Empty IDs in after are passed over, so that a
// caller may name a step that turned out not to be needed.
func (g *graph) add(host string, a Action, why Reason, after ...string) string {
	id := stepID(host, a)
	after = slices.DeleteFunc(slices.Clone(after), func(s string) bool { return s == "" || s == id })
	if i, known := g.at[id]; known {
		g.steps[i].After = append(g.steps[i].After, after...)
		return id
	}
	g.at[id] = len(g.steps)
	g.steps = append(g.steps, Step{ID: id, Host: host, Action: a, Reason: why, After: after})
	return id
}

// stepID is unique because a name is, on one host.
func stepID(host string, a Action) string { return host + "/" + a.Verb() + " " + a.Object() }

// follow lets a step wait for another one too. Where one of them isn't in the
// graph there is nothing to wait for.
func (g *graph) follow(id, before string) {
	if i, known := g.at[id]; known && g.has(before) && id != before {
		g.steps[i].After = append(g.steps[i].After, before)
	}
}

// has tells whether the step was added.
func (g *graph) has(id string) bool { _, known := g.at[id]; return known }

// barrier makes every step that waits for nothing wait for all of first, so
// that what may fail without a trace fails before anything is changed.
// Those that are spared don't wait. All share one list.
func (g *graph) barrier(first []string, spared ...string) {
	if len(first) == 0 {
		return
	}
	exempt := make(map[string]bool, len(first)+len(spared))
	for _, id := range slices.Concat(first, spared) {
		exempt[id] = true
	}
	first = slices.Clip(slices.Clone(first))
	for i := range g.steps {
		if s := &g.steps[i]; len(s.After) == 0 && !exempt[s.ID] {
			s.After = first
		}
	}
}

// risk marks a step as one that puts data at stake.
func (g *graph) risk(id, sentence string) {
	s := &g.steps[g.at[id]]
	s.Destructive, s.Risk = true, sentence
}

// amend changes the action of a step, where the graph has the step.
func amend[A Action](g *graph, id string, change func(*A)) {
	if i, known := g.at[id]; known {
		action := g.steps[i].Action.(A)
		change(&action)
		g.steps[i].Action = action
	}
}

// sorted returns the steps so that each stands behind those it waits for, and
// otherwise in the order in which they were added.
func (g *graph) sorted() []Step {
	o := &order{graph: g, placed: make([]bool, len(g.steps)), lists: map[*string][]string{}}
	for i := range g.steps {
		o.place(i)
	}
	return o.steps
}

// order is a graph's steps on their way into a line.
type order struct {
	*graph
	steps  []Step
	placed []bool
	// lists are those of what steps wait for, without twins, by where they were:
	// many steps may share a long one.
	lists map[*string][]string
}

func (o *order) place(i int) {
	if o.placed[i] {
		return
	}
	o.placed[i] = true
	s := o.graph.steps[i]
	s.After = o.placeAll(s.After)
	o.steps = append(o.steps, s)
}

// placeAll places the steps of a list, which it returns sorted.
func (o *order) placeAll(list []string) []string {
	if len(list) == 0 {
		return list
	}
	sorted, known := o.lists[&list[0]]
	if known {
		return sorted
	}
	slices.Sort(list)
	sorted = slices.Compact(list)
	o.lists[&list[0]] = sorted
	for _, id := range sorted {
		if i, known := o.at[id]; known {
			o.place(i)
		}
	}
	return sorted
}
