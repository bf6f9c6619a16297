package scheduler

import "errors"

// Place decides where each task goes, with the strategies of [NewCatalog].
func Place(tasks []Task, pool []Candidate) ([]Decision, error) {
	return NewCatalog().Place(tasks, pool)
}

// Place decides where each task goes. Decisions are sorted by project,
// service, number and name. In that order the tasks that run already are
// seated, then those that are tied to hosts are placed, then the others;
// services come after those that they want to be with.
//
// A task that fits nowhere has no Host in its decision and an [*Unplaceable]
// in the error, which joins one for each task or group; the other decisions
// hold. Before it is given up, other ways to place what is new are tried. A
// strategy or constraint that can't be understood is an error without decisions.
func (c Catalog) Place(tasks []Task, pool []Candidate) ([]Decision, error) {
	return c.place(tasks, pool, nil)
}

// Explain is Place, and for the tasks that are wanted it ranks the hosts that
// were left to choose from.
func (c Catalog) Explain(tasks []Task, pool []Candidate, wanted func(*Task) bool) ([]Decision, error) {
	return c.place(tasks, pool, wanted)
}

func (c Catalog) place(tasks []Task, pool []Candidate, wanted func(*Task) bool) ([]Decision, error) {
	e := &errand{catalog: c, rules: c.rulebook(), pool: pool, tasks: sortedTasks(tasks), wanted: wanted}
	if err := e.prepare(); err != nil {
		return nil, err
	}
	p, err := e.best()
	if err != nil {
		return nil, err
	}
	return p.decisions, errors.Join(p.errors()...)
}

// placement is one attempt at an errand, under way.
type placement struct {
	inquiry
	tasks     []Task
	wanted    func(*Task) bool
	decisions []Decision
	failures  []failure
}

// failure is a unit without a host.
type failure struct {
	unit
	reason *Unplaceable
	// hopeless tells that no other placement of the others would help.
	hopeless bool
}

// seatCurrent keeps what runs where it runs, and returns the units that have
// to be placed: those that are new, and those whose host refuses them now.
func (p *placement) seatCurrent(units []unit) ([]unit, error) {
	var moving []unit
	var q *question
	var last *unit
	for n := range units {
		u := &units[n]
		homes := u.homes(p.tasks)
		if len(homes) == 0 {
			moving = append(moving, *u)
			continue
		}
		if q == nil || q.first || !p.alike(last, u) {
			var err error
			if q, err = p.about(p.tasks, u, true); err != nil {
				return nil, err
			}
		}
		last = u
		if !p.seatAt(q, u, homes) {
			moving = append(moving, *u)
		}
	}
	return moving, nil
}

// alike tells whether one question serves both units.
func (p *placement) alike(a, b *unit) bool {
	return len(a.rest) == 0 && len(b.rest) == 0 && alike(&p.tasks[a.lead], &p.tasks[b.lead])
}

// seatAt seats the unit on the first of the hosts that takes it. Tasks of the
// unit that are elsewhere come along.
func (p *placement) seatAt(q *question, u *unit, homes []string) bool {
	why := ""
	for _, name := range homes {
		s, ok := p.board.byHost[name]
		if !ok {
			why = name + " is not in the pool"
			continue
		}
		if no, ok := q.ask(s); !ok {
			why = name + " " + q.words(no).Reason
			continue
		}
		q.take(s)
		p.remain(u, name)
		return true
	}
	for i := range u.all {
		if p.tasks[i].Current != "" {
			p.decisions[i].Reason = why
		}
	}
	return false
}

// remain writes the decisions of a unit that keeps its host.
func (p *placement) remain(u *unit, host string) {
	for i := range u.all {
		d := &p.decisions[i]
		d.Host, d.Stays, d.Reason = host, d.Task.Current == host, "runs there"
		if !d.Stays {
			d.Reason = "shares the host of its group"
			if d.Task.Group != "" {
				d.Reason = "shares the host of group " + d.Task.Group
			}
		}
	}
}

// placeNew places the units in order, each run of like ones from one queue.
func (p *placement) placeNew(units []unit) error {
	var w *queue
	for n := range units {
		u := &units[n]
		if w == nil || w.first || !p.alike(&units[n-1], u) {
			q, err := p.about(p.tasks, u, false)
			if err != nil {
				return err
			}
			w = newQueue(q, p.board, p.placements(units[n:]))
		}
		p.placeUnit(w, u)
	}
	return nil
}

// placements are how many of the units are placed from one queue at most; where
// hosts are to be ranked, it is to have all hosts.
func (p *placement) placements(units []unit) int {
	if p.wanted != nil {
		return max(len(units), len(p.board.seats))
	}
	for n := 1; n < len(units); n++ {
		if !p.alike(&units[n-1], &units[n]) {
			return n
		}
	}
	return len(units)
}

func (p *placement) placeUnit(w *queue, u *unit) {
	host := w.best()
	if host == nil {
		p.fail(w, u)
		return
	}
	reason := w.explain(host)
	for i := range u.all {
		p.decide(i, w, host.Host.Name, reason)
	}
	w.take(host)
	w.settle()
}

// decide writes the decision of one task; a reason that is there already says
// why it left its host.
func (p *placement) decide(i int, w *queue, host, reason string) {
	d := &p.decisions[i]
	if d.Reason != "" {
		reason = d.Reason + "; " + reason
	}
	d.Host, d.Reason, d.Rejected = host, reason, w.rejections()
	if p.wanted != nil && p.wanted(&d.Task) {
		d.Ranked = w.ranked()
	}
}

// fail leaves the unit without a host.
func (p *placement) fail(w *queue, u *unit) {
	reason := w.unplaceable()
	for i := range u.all {
		reason.Tasks = append(reason.Tasks, p.tasks[i].Name)
		p.decisions[i].Reason, p.decisions[i].Rejected = "", w.rejections()
	}
	p.failures = append(p.failures, failure{*u, reason, w.hopeless()})
}

func (p *placement) errors() []error {
	var all []error
	for _, f := range p.failures {
		all = append(all, f.reason)
	}
	return all
}
