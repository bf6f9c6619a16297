package scheduler

import "iter"

// binding binds rules of affinity to one member of a unit.
//
// Who wants company that is nowhere yet can't wait for it where that waits for
// the other in turn, or where it is its own service: the first replica may go
// anywhere, the next ones join it, and the others join them.
type binding struct {
	board *board
	// depths are those of the services to be placed.
	depths depths
	task   *Task
	// along are the services of the unit's other members.
	along []string
	// staying leaves out rules that bound what others may add.
	staying bool
	// waived is set where a rule is waived for the first replica.
	waived bool
}

// bind makes a filter and an order of the rules; nil where there is none.
func (b *binding) bind(rules affinity) (Filter, Order) {
	var hard company
	var soft closeness
	for _, r := range rules {
		switch {
		case r.Empty && b.staying:
		case r.Soft:
			soft = append(soft, b.rule(r))
		default:
			hard = append(hard, b.rule(r))
		}
	}
	var filter Filter
	var order Order
	if len(hard) > 0 {
		filter = &hard
	}
	if len(soft) > 0 {
		order = &soft
	}
	return filter, order
}

func (b *binding) rule(r AffinityRule) boundRule {
	out := boundRule{AffinityRule: r}
	if r.Empty {
		return out
	}
	aim := r.target(b.task)
	nowhere := b.locate(&out, aim)
	for _, key := range b.along {
		out.along = out.along || aim.matches(key)
	}
	if !r.Not && !r.Soft && !out.along && nowhere && b.awaited(aim) {
		out.self = true
		out.waived = len(b.board.replicas.of(serviceKey(b.task))) == 0
		b.waived = b.waived || out.waived
	}
	return out
}

// locate finds where those are who are meant, and tells whether they are
// nowhere. Only the service itself is placed while the rule is bound.
func (b *binding) locate(out *boundRule, aim target) (nowhere bool) {
	own := serviceKey(b.task)
	out.self = aim.matches(own)
	out.others = newSeatSet(len(b.board.seats))
	nowhere = !out.self || len(b.board.replicas.of(own)) == 0
	for key, counts := range b.meant(aim) {
		if key == own {
			continue
		}
		for seat := range counts {
			out.others.add(seat)
			nowhere = false
		}
	}
	return nowhere
}

// meant are the services of the census that are meant.
func (b *binding) meant(aim target) iter.Seq2[string, map[int]int] {
	return func(yield func(string, map[int]int) bool) {
		if aim.exact() {
			yield(aim.key(), b.board.replicas[aim.key()])
			return
		}
		for key, counts := range b.board.replicas {
			if aim.matches(key) && !yield(key, counts) {
				return
			}
		}
	}
}

// awaited tells whether one of those who are meant is itself, or waits for it.
func (b *binding) awaited(aim target) bool {
	own := b.depths[serviceKey(b.task)]
	for key, depth := range b.depths {
		if depth >= own && aim.matches(key) {
			return true
		}
	}
	return aim.matches(serviceKey(b.task))
}
