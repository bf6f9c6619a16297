package plan

// pause stops a kept container for a while, if it runs.
func (u *up) pause(r *replica, why Reason, before ...string) {
	r.pause = why
	c := r.current
	if !alive(c.State) {
		return
	}
	r.stopping = u.add(c.Host, StopContainer{ID: c.ID, Name: c.Name, Timeout: u.Timeout}, why)
	for _, id := range before {
		u.follow(id, r.stopping)
	}
}

// stopWithDependencies has a replica stopped before what it depends on is, and
// so started after it, where the files say that it restarts along. Sharing a
// namespace implies that: the namespace goes with the process that made it.
// Dependencies come first among replicas, so that theirs are decided.
func (u *up) stopWithDependencies(r *replica, by map[string][]*replica) {
	for _, name := range sortedKeys(r.service.DependsOn) {
		if !r.service.DependsOn[name].Restart {
			continue
		}
		for _, on := range by[name] {
			switch {
			case on.stopping == "" || !alive(r.current.State):
			case r.kept():
				u.pause(r, ReasonParent, on.stopping)
			default:
				u.follow(on.stopping, r.stopping)
			}
		}
	}
}
