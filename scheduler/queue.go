package scheduler

// queue holds the hosts that pass the filters of one question, the best
// first, as many as may be needed, and the refusals of the others. Placing on a host changes that host
// alone, so one pass over the pool serves all replicas of a service: after
// each only the chosen host is asked and ranked again.
type queue struct {
	*question
	board    *board
	root     *branch
	over     []*partition // what the service is spread over
	ranks    ranks
	eligible int
	// log is only ever appended to; decisions share it.
	log []refused
	// nowhere is the error of units that found no host, once there is one.
	nowhere *Unplaceable
}

// newQueue asks all hosts, for so many placements.
func newQueue(q *question, b *board, placements int) *queue {
	w := &queue{question: q, board: b, ranks: ranks{most: placements}}
	m := w.leader()
	if w.ranks.orders = max(0, len(m.orders)-2); w.ranks.orders > 0 {
		w.ranks.later = b.roomForRanks(w.ranks.orders)
	}
	for _, s := range m.spreads {
		w.over = append(w.over, b.partition(s))
	}
	w.root = newBranch(&w.ranks, w.over, b.entries[:0])
	for i := range b.seats {
		s := &b.seats[i]
		if no, ok := q.ask(s); !ok {
			w.log = append(w.log, no)
			continue
		}
		w.eligible++
		w.root.add(w.rank(s), w.over)
	}
	w.root.count(m.counts, w.over)
	w.root.arrange()
	return w
}

// leader's orders rank the hosts for the whole unit.
func (w *queue) leader() *member { return &w.members[0] }

// rank ranks an eligible host that was just asked.
func (w *queue) rank(s *Seat) entry {
	m := w.leader()
	e := entry{seat: int32(s.index), rank: m.orders[0].Rank(m.task, s)} //nolint:gosec // a pool has fewer hosts
	if len(m.orders) == 1 {
		return e
	}
	e.second = m.orders[1].Rank(m.task, s)
	for i, o := range m.orders[2:] {
		w.ranks.of(e.seat)[i] = o.Rank(m.task, s)
	}
	return e
}

// best is the host that the orders put first, nil where none is eligible.
func (w *queue) best() *Seat {
	if w.eligible == 0 {
		return nil
	}
	return &w.board.seats[w.root.best().seat]
}

// settle asks and ranks the best host again, after the unit was placed on it.
func (w *queue) settle() {
	s := w.best()
	if no, ok := w.ask(s); !ok {
		w.log = append(w.log, no)
		w.eligible--
		w.root.drop(w.gain())
		return
	}
	w.root.replace(w.rank(s), w.gain())
}

// gain is how many replicas of the leader's service a unit is.
func (w *queue) gain() int {
	n := 0
	for i := range w.members {
		if w.members[i].key == w.leader().key {
			n++
		}
	}
	return n
}

// rejections are those so far.
func (w *queue) rejections() Rejections {
	return Rejections{asked: w.question, log: w.log[:len(w.log):len(w.log)]}
}
