package plan

import "slices"

// Phases parts a plan in two, for a caller that wants to know of the moment
// between them: the first makes and removes things, the second begins with what
// starts containers or waits for them, and has all that comes after that.
func (p *Plan) Phases() (prepare, start *Plan) {
	prepare, start = &Plan{Project: p.Project}, &Plan{Project: p.Project}
	late := map[string]bool{}
	for _, s := range p.Steps { // in which each stands behind those it waits for
		if starts(s.Action) || slices.ContainsFunc(s.After, func(id string) bool { return late[id] }) {
			late[s.ID] = true
			start.Steps = append(start.Steps, s)
			continue
		}
		prepare.Steps = append(prepare.Steps, s)
	}
	return prepare, start
}

// starts tells the actions by which processes come to run, or that wait for some.
func starts(a Action) bool {
	switch a.(type) {
	case StartContainer, RestartContainer, UnpauseContainer, RunHook, AwaitContainer:
		return true
	}
	return false
}
