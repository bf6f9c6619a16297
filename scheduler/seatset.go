package scheduler

// seatSet is a set of seats by their index, one bit for each.
type seatSet []uint64

func newSeatSet(seats int) seatSet { return make(seatSet, (seats+63)/64) }

func (s seatSet) add(seat int) { s[seat/64] |= 1 << (seat % 64) }

func (s seatSet) has(seat int) bool { return s[seat/64]&(1<<(seat%64)) != 0 }
