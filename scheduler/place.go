package scheduler

import "errors"

// Place decides where each task goes, with the strategies of [NewCatalog].
func Place(tasks []Task, pool []Candidate) ([]Decision, error) {
	return NewCatalog().Place(tasks, pool)
}

// Place decides where each task goes. Decisions are sorted by project,
// service, number and name. In that order the tasks that run already are
// seated, then those that are tied to hosts are placed, then the others.
//
// A task that fits nowhere has no Host in its decision and an [*Unplaceable]
// in the error, which joins one for each task or group; the other decisions hold. A strategy
// or constraint that can't be understood is an error without decisions.
func (c Catalog) Place(tasks []Task, pool []Candidate) ([]Decision, error) {
	b, err := c.boardOf(pool)
	if err != nil {
		return nil, err
	}
	p := newPlacement(sortedTasks(tasks), b)
	units := unitsOf(p.tasks)
	moving, err := p.seatCurrent(c, units)
	if err != nil {
		return nil, err
	}
	if err := p.placeNew(c, pinnedFirst(moving)); err != nil {
		return nil, err
	}
	return p.decisions, errors.Join(p.failures...)
}

// placement is a placement under way.
type placement struct {
	tasks     []Task
	decisions []Decision
	board     board
	byHost    map[string]*seat
	failures  []error
}

func newPlacement(tasks []Task, b board) *placement {
	p := &placement{tasks: tasks, decisions: make([]Decision, len(tasks)), board: b}
	for i, t := range tasks {
		p.decisions[i].Task = t
	}
	p.byHost = make(map[string]*seat, len(p.board))
	for i := range p.board {
		p.byHost[p.board[i].Host.Name] = &p.board[i]
	}
	return p
}

// seatCurrent keeps what runs where it runs, and returns the units that have
// to be placed: those that are new, and those whose host refuses them now.
func (p *placement) seatCurrent(c Catalog, units []unit) ([]unit, error) {
	var moving []unit
	for i := range units {
		u := &units[i]
		homes := u.homes()
		if len(homes) == 0 {
			moving = append(moving, *u)
			continue
		}
		q, err := c.questionOf(u, nil) // one host is asked, so none is ranked
		if err != nil {
			return nil, err
		}
		q.staying = true
		if !p.seatAt(q, homes) {
			moving = append(moving, *u)
		}
	}
	return moving, nil
}

// seatAt seats the unit on the first of the hosts that takes it. Tasks of the
// unit that are elsewhere come along.
func (p *placement) seatAt(q question, homes []string) bool {
	why := ""
	for _, name := range homes {
		s, ok := p.byHost[name]
		if !ok {
			why = name + " is not in the pool"
			continue
		}
		if r := q.ask(s); r != nil {
			why = name + " " + r.Reason
			continue
		}
		q.take(s)
		p.remain(q, name)
		return true
	}
	p.leave(q, why)
	return false
}

// remain writes the decisions of a unit that keeps its host.
func (p *placement) remain(q question, host string) {
	for _, i := range q.tasks {
		d := &p.decisions[i]
		d.Host, d.Stays, d.Reason = host, d.Task.Current == host, "runs there"
		if !d.Stays {
			d.Reason = "shares the host of group " + d.Task.Group
		}
	}
}

// leave notes why the tasks of a unit can't stay where they are.
func (p *placement) leave(q question, why string) {
	for _, i := range q.tasks {
		if p.tasks[i].Current != "" {
			p.decisions[i].Reason = why
		}
	}
}

// placeNew places the units in order, each run of like ones from one queue.
func (p *placement) placeNew(c Catalog, units []unit) error {
	var w *queue
	for i := range units {
		u := &units[i]
		if w == nil || !w.like(u) {
			q, err := c.questionOf(u, p.board)
			if err != nil {
				return err
			}
			w = newQueue(q, p.board)
		}
		p.placeUnit(w, u)
	}
	return nil
}

func (p *placement) placeUnit(w *queue, u *unit) {
	host := w.best()
	if host == nil {
		p.fail(w, u)
		return
	}
	t, r := w.leader()
	reason := r.explain(t, &host.Candidate)
	if len(w.eligible) == 1 {
		reason = "the only host that fits"
	}
	for _, i := range u.tasks {
		p.decide(i, host.Host.Name, reason, w.refused)
	}
	w.take(host)
	w.settle()
}

// decide writes the decision of one task; a reason that is there already says
// why it left its host.
func (p *placement) decide(i int, host, reason string, refused []Rejection) {
	d := &p.decisions[i]
	if d.Reason != "" {
		reason = d.Reason + "; " + reason
	}
	d.Host, d.Reason, d.Rejected = host, reason, refused
}

// fail leaves the unit without a host, with one error for all of it.
func (p *placement) fail(w *queue, u *unit) {
	e := &Unplaceable{Rejected: w.refused, Hint: w.nearest.hint()}
	for _, i := range u.tasks {
		e.Tasks = append(e.Tasks, p.tasks[i].Name)
		p.decisions[i].Reason, p.decisions[i].Rejected = "", w.refused
	}
	p.failures = append(p.failures, e)
}
