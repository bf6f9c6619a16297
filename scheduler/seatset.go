package scheduler

// seatSet is a set of seats by their index, one bit for each.
type seatSet []uint64

func newSeatSet(seats int) seatSet { return make(seatSet, (seats+63)/64) }

func (s seatSet) add(seat int) { s[seat/64] |= 1 << (seat % 64) }

// has is false for a seat that isn't on the board.
func (s seatSet) has(seat int) bool { return seat/64 < len(s) && s[seat/64]&(1<<(seat%64)) != 0 }
