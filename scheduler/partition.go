package scheduler

// partition divides the seats of a board by the values of a label that services
// are spread over. Many services are spread over one label, so a board keeps it.
type partition struct {
	values []string
	// of is the index of a seat's value, ends is where the seats of a value
	// would end if they stood in the order of values.
	of   []int32
	ends []int
}

// partition divides the board's seats for a rule.
func (b *board) partition(over spread) *partition {
	if p, known := b.partitions[over]; known {
		return p
	}
	p := &partition{of: make([]int32, len(b.seats))}
	index := map[string]int32{}
	for i := range b.seats {
		value := over.value(b.seats[i].Host)
		at, known := index[value]
		if !known {
			at = int32(len(p.values)) //nolint:gosec // there are fewer values than hosts
			index[value] = at
			p.values = append(p.values, value)
			p.ends = append(p.ends, 0)
		}
		p.of[i] = at
		p.ends[at]++
	}
	for i := 1; i < len(p.ends); i++ {
		p.ends[i] += p.ends[i-1]
	}
	b.partitions[over] = p
	return p
}

// room is the part of all entries that those of a value need.
func (p *partition) room(value int32, all []entry) []entry {
	end := p.ends[value]
	start := 0
	if value > 0 {
		start = p.ends[value-1]
	}
	if cap(all) < end {
		return nil
	}
	return all[start:start:end]
}
