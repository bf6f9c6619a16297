package scheduler

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
		filter = hard
	}
	if len(soft) > 0 {
		order = soft
	}
	return filter, order
}

func (b *binding) rule(r AffinityRule) boundRule {
	out := boundRule{AffinityRule: r}
	if r.Empty {
		return out
	}
	aim := r.target(b.task)
	out.present = b.present(aim)
	for _, key := range b.along {
		out.along = out.along || aim.matches(key)
	}
	if !r.Not && !r.Soft && !out.along && nowhere(out.present) && b.awaited(aim) {
		own := b.board.replicas.of(serviceKey(b.task))
		out.present = []map[int]int{own}
		out.waived = len(own) == 0
		b.waived = b.waived || out.waived
	}
	return out
}

// present counts the replicas of those who are meant. The map of an exact
// target is the board's own, so that it follows what is placed.
func (b *binding) present(aim target) []map[int]int {
	if aim.exact() {
		return []map[int]int{b.board.replicas.of(aim.key())}
	}
	own, others := b.board.replicas.of(serviceKey(b.task)), map[int]int{}
	all := []map[int]int{others}
	for key, counts := range b.board.replicas {
		switch {
		case !aim.matches(key):
		case key == serviceKey(b.task):
			all = append(all, own)
		default:
			for seat, n := range counts {
				others[seat] += n
			}
		}
	}
	return all
}

func nowhere(present []map[int]int) bool {
	for _, counts := range present {
		if len(counts) > 0 {
			return false
		}
	}
	return true
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
