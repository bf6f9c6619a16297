package scheduler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Fleet is the hosts of a location of which more can be made, as its headroom
// counts them.
type Fleet struct {
	// Hosts are those that answer and take replicas, with what is on them.
	Hosts []Candidate
	// Next is what one more would have. A part that nobody knows is 0.
	Next hosts.Resources
	// Most bounds the containers of one host; 0 is no bound.
	Most int
	// Headroom is what is to be free on all hosts together.
	Headroom hosts.Headroom
	// Working are the machines of the provider's that are hosts or become some,
	// and Machines all that there are, those that have failed among them.
	Working, Machines int
	// Coming are those of Working that are yet to become hosts.
	Coming int
	// Min is how many are to work at least, Max how many there may be.
	Min, Max int
}

// Missing is how many machines more the least number and the headroom want, as
// far as there may be more, and which of the two: "at least 2 hosts", or "headroom
// of 4 containers".
func (f *Fleet) Missing() (more int, why string) {
	room := max(0, f.Max-f.Machines)
	now := f.tally(nil)
	if more = f.Min - f.Working; more > 0 {
		why = fmt.Sprintf("at least %s", count(f.Min, "host"))
		for range more {
			now.add(f.Next, f.Most)
		}
	}
	for more = max(0, more); more < room && !now.keeps(f.Headroom, f.Most); more++ {
		if f.blind() && f.Coming > 0 {
			break // what those have is known first
		}
		if why == "" {
			why = "headroom of " + headroomWords(f.Headroom)
		}
		now.add(f.Next, f.Most)
		if f.blind() {
			more++
			break
		}
	}
	return min(more, room), why
}

// blind tells that nobody knows what one more host adds to the headroom: it has
// to be made before that can be told.
func (f *Fleet) blind() bool {
	h := f.Headroom
	return f.Next.NanoCPUs == 0 && h.NanoCPUs > 0 || f.Next.MemoryBytes == 0 && h.MemoryBytes > 0 ||
		h.Percent > 0 && f.Next == hosts.Resources{} && f.Most == 0 || h.Containers > 0 && bound(f.Next.Containers, f.Most) == 0
}

// Spare are those of the hosts, by name, that can go, so that what is left keeps
// the headroom and the least number. The hosts are tried in the order given.
func (f *Fleet) Spare(empty []string) []string {
	gone := map[string]bool{}
	var spare []string
	for _, name := range empty {
		if f.Working-len(spare) <= f.Min {
			break
		}
		gone[name] = true
		if left := f.tally(gone); !left.keeps(f.Headroom, f.Most) {
			delete(gone, name)
			continue
		}
		spare = append(spare, name)
	}
	return spare
}

// capacity is what hosts have and what is free of it, summed up.
type capacity struct {
	hosts       int
	total, free hosts.Resources
}

func (f *Fleet) tally(without map[string]bool) capacity {
	var all capacity
	for i := range f.Hosts {
		c := &f.Hosts[i]
		if without[c.Host.Name] {
			continue
		}
		has := c.Host.Capacity
		has.Containers = bound(has.Containers, f.Most)
		all.hosts++
		all.total = all.total.Add(has)
		used := c.Reserved
		used.Containers = c.Containers
		all.free = all.free.Add(positive(has.Sub(used)))
	}
	return all
}

// add adds an empty host.
func (c *capacity) add(has hosts.Resources, most int) {
	has.Containers = bound(has.Containers, most)
	c.hosts++
	c.total, c.free = c.total.Add(has), c.free.Add(has)
}

// keeps tells whether the headroom is free. Where hosts take any number of
// containers, one that is there has room for some.
func (c *capacity) keeps(h hosts.Headroom, most int) bool {
	switch {
	case h.Containers > 0 && c.hosts == 0:
		return false
	case h.Containers > 0 && (most > 0 || c.total.Containers > 0) && c.free.Containers < h.Containers:
		return false
	case c.free.NanoCPUs < h.NanoCPUs, c.free.MemoryBytes < h.MemoryBytes:
		return false
	}
	return share(c.free.NanoCPUs, c.total.NanoCPUs, h.Percent) &&
		share(c.free.MemoryBytes, c.total.MemoryBytes, h.Percent) &&
		share(int64(c.free.Containers), int64(c.total.Containers), h.Percent)
}

// share tells whether so many percent are free.
func share(free, total int64, percent float64) bool {
	return total == 0 || float64(free)*100 >= float64(total)*percent
}

// bound is the smaller of two bounds, of which 0 is none.
func bound(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

func positive(r hosts.Resources) hosts.Resources {
	return hosts.Resources{NanoCPUs: max(0, r.NanoCPUs), MemoryBytes: max(0, r.MemoryBytes), Containers: max(0, r.Containers)}
}

// headroomWords are "4 containers and 2 GiB".
func headroomWords(h hosts.Headroom) string {
	var parts []string
	if h.Containers > 0 {
		parts = append(parts, count(h.Containers, "container"))
	}
	if s := size(hosts.Resources{NanoCPUs: h.NanoCPUs, MemoryBytes: h.MemoryBytes}); s != "" {
		parts = append(parts, s)
	}
	if h.Percent > 0 {
		parts = append(parts, fmt.Sprintf("%v%%", h.Percent))
	}
	return strings.Join(parts, " and ")
}

// MostContainers is how many containers a list of strategies lets a host have; 0
// is no bound.
func MostContainers(strategies []hosts.Strategy) int {
	most := 0
	for _, s := range strategies {
		if rule, err := NewCatalog().rule(s); err == nil {
			if n, ok := rule.(maxContainers); ok {
				most = bound(most, int(n))
			}
		}
	}
	return most
}

// CheapestSize is the size that costs the least of those that hold what is
// reserved: by the price where there is one, and else by memory, CPUs and name.
// An arch of "" takes any.
func CheapestSize(sizes []hosts.Size, needs hosts.Resources, arch string) (hosts.Size, bool) {
	fits := slices.DeleteFunc(slices.Clone(sizes), func(s hosts.Size) bool {
		has := Usable(s.Resources)
		return short(needs.MemoryBytes, has.MemoryBytes, has.MemoryBytes) || short(needs.NanoCPUs, has.NanoCPUs, has.NanoCPUs) ||
			arch != "" && s.Arch != "" && s.Arch != arch
	})
	if len(fits) == 0 {
		return hosts.Size{}, false
	}
	return slices.MinFunc(fits, func(a, b hosts.Size) int {
		return cmp.Or(ComparePrices(a.Price, b.Price),
			cmp.Compare(a.Resources.MemoryBytes, b.Resources.MemoryBytes), cmp.Compare(a.Resources.NanoCPUs, b.Resources.NanoCPUs),
			cmp.Compare(a.Name, b.Name))
	}), true
}

// ComparePrices puts the lower price first, and what has none last.
func ComparePrices(a, b *hosts.Price) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Micros, b.Micros))
}

// Usable is what containers can have of a machine of which a provider names the
// size: its kernel keeps a part of the memory for itself.
func Usable(nominal hosts.Resources) hosts.Resources {
	nominal.MemoryBytes -= nominal.MemoryBytes / 16
	return nominal
}
