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
// Those that are spared don't wait.
func (g *graph) barrier(first []string, spared ...string) {
	if len(first) == 0 {
		return
	}
	for i := range g.steps {
		s := &g.steps[i]
		if len(s.After) == 0 && !slices.Contains(first, s.ID) && !slices.Contains(spared, s.ID) {
			s.After = slices.Clone(first)
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
	out := make([]Step, 0, len(g.steps))
	placed := make([]bool, len(g.steps))
	var visit func(i int)
	visit = func(i int) {
		if placed[i] {
			return
		}
		placed[i] = true
		slices.Sort(g.steps[i].After)
		g.steps[i].After = slices.Compact(g.steps[i].After)
		for _, id := range g.steps[i].After {
			if j, known := g.at[id]; known {
				visit(j)
			}
		}
		out = append(out, g.steps[i])
	}
	for i := range g.steps {
		visit(i)
	}
	return out
}
