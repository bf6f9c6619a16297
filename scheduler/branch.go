package scheduler

import (
	"cmp"
	"container/heap"
)

// branch is a set of eligible hosts: those of one value of a label that a
// service is spread over, or all. Below the last label it is a heap of hosts,
// above it a heap of branches, the one with the fewest replicas first.
//
// A placement changes one host, and so one branch on each level: placing costs
// the logarithm of the branches and of the hosts that one keeps.
type branch struct {
	replicas int
	hosts    ranking
	children branches
	byValue  []*branch // by the partition's values, nil where there is no host
}

// newBranch is one that is divided further; room is for its hosts.
func newBranch(r *ranks, over []*partition, room []entry) *branch {
	b := &branch{hosts: ranking{hosts: room, ranks: r}}
	if len(over) > 0 {
		b.byValue = make([]*branch, len(over[0].values))
	}
	return b
}

// add puts a host where it belongs, before the branch is arranged.
func (b *branch) add(e entry, over []*partition) {
	if len(over) == 0 {
		b.hosts.gather(e)
		return
	}
	value := over[0].of[e.seat]
	child := b.byValue[value]
	if child == nil {
		var room []entry
		if len(over) == 1 {
			room = over[0].room(value, b.hosts.hosts)
		}
		child = newBranch(b.hosts.ranks, over[1:], room)
		b.byValue[value] = child
		b.children = append(b.children, child)
	}
	child.add(e, over[1:])
}

// count counts replicas by seat, those on hosts that are not eligible included:
// they are of the service's spread, too.
func (b *branch) count(replicas map[int]int, over []*partition) {
	if len(over) == 0 {
		return
	}
	for seat, n := range replicas {
		at := b
		for _, p := range over {
			if at = at.byValue[p.of[seat]]; at == nil {
				break
			}
			at.replicas += n
		}
	}
}

// arrange makes heaps of all that was added.
func (b *branch) arrange() {
	for _, child := range b.children {
		child.arrange()
	}
	b.hosts.arrange()
	heap.Init(&b.children)
}

// best is the host to place on; there must be one.
func (b *branch) best() entry {
	for len(b.children) > 0 {
		b = b.children[0]
	}
	return b.hosts.hosts[0]
}

// replace puts the best host's new entry in its place, after the branch gained
// replicas.
func (b *branch) replace(e entry, gain int) {
	b.replicas += gain
	if len(b.children) > 0 {
		b.children[0].replace(e, gain)
		heap.Fix(&b.children, 0)
		return
	}
	b.hosts.replace(e)
}

// drop removes the best host, after the branch gained replicas.
func (b *branch) drop(gain int) {
	b.replicas += gain
	if len(b.children) == 0 {
		b.hosts.drop()
		return
	}
	first := b.children[0]
	first.drop(gain)
	if first.empty() {
		heap.Pop(&b.children)
		return
	}
	heap.Fix(&b.children, 0)
}

func (b *branch) empty() bool { return len(b.hosts.hosts) == 0 && len(b.children) == 0 }

// compareBranches puts fewer replicas first, then the branch whose best host is
// better.
func compareBranches(a, b *branch) int {
	if a.replicas != b.replicas {
		return cmp.Compare(a.replicas, b.replicas)
	}
	return a.hosts.ranks.compare(a.best(), b.best())
}

// branches are a heap.Interface.
type branches []*branch

func (h branches) Len() int           { return len(h) }
func (h branches) Less(i, j int) bool { return compareBranches(h[i], h[j]) < 0 }
func (h branches) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push adds a branch at the end.
func (h *branches) Push(b any) { *h = append(*h, b.(*branch)) }

// Pop removes the branch at the end.
func (h *branches) Pop() any {
	last := len(*h) - 1
	b := (*h)[last]
	*h = (*h)[:last]
	return b
}
