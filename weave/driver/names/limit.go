package names

import (
	"net/netip"
	"sync"
)

// Limit bounds how many questions are being answered at a time, in all and
// for each that asks, so that one container and a slow resolver cannot use up
// the host's memory or keep the others waiting.
type Limit struct {
	Total, Each int

	mu     sync.Mutex
	total  int
	active map[netip.Addr]int
}

func (l *Limit) enter(who netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total >= l.Total || l.active[who] >= l.Each {
		return false
	}
	if l.active == nil {
		l.active = map[netip.Addr]int{}
	}
	l.total++
	l.active[who]++
	return true
}

func (l *Limit) leave(who netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total--
	if l.active[who]--; l.active[who] == 0 {
		delete(l.active, who)
	}
}
