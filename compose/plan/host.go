package plan

// joinHosts is a plan of nothing but the joins of machines that have no engine
// yet; nil where there are none. What runs where depends on what they turn out
// to have, and is planned then.
func joinHosts(r Request) *Plan {
	if !r.JoinHosts {
		return nil
	}
	g := newGraph()
	for _, h := range r.State.Absent() {
		if h.Status.NoEngine && h.Machine == nil {
			g.add(h.Name, JoinHost{Host: h}, ReasonEngine)
		}
	}
	if len(g.steps) == 0 {
		return nil
	}
	p := &Plan{Project: r.Project.Name, Steps: g.sorted()}
	for _, o := range r.State.Observations {
		p.Hosts = append(p.Hosts, o.Host)
	}
	p.Warnings = []string{"what runs where is planned once these machines are hosts, by the CPUs, the memory and the platform that they have"}
	return p
}

// Joins is the part of the plan that makes machines hosts, nil where there is
// none: only then is it known what can be placed on them.
func (p *Plan) Joins() *Plan {
	joins := &Plan{Project: p.Project}
	for _, s := range p.Steps {
		if _, ok := s.Action.(JoinHost); ok {
			joins.Steps = append(joins.Steps, s)
		}
	}
	if joins.Empty() {
		return nil
	}
	return joins
}
