package plan

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// balance is how even a pool is. A pool is the more even, the smaller are the
// sums of squares of how many replicas of a service have each value of a spread
// label, how many are on each host, and how many containers are on each host,
// in this order. Depth-first wants the last one large.
type balance struct {
	up         *up
	decisions  []scheduler.Decision
	candidates []scheduler.Candidate
	// stays are why decisions aren't changed, "" where they may be.
	stays  []string
	pool   []*hosts.Host
	byName map[string]int
	// replicas of each service, and containers, by host.
	replicas   map[string][]int
	containers []int
	aims       map[string]aim
	// levels is how many labels are spread over at most.
	levels int
}

// aim is what a service's strategies make even.
type aim struct {
	spreads []hosts.Strategy
	// hosts tells that replicas are to be even over hosts, containers that the
	// containers of hosts are; -1 wants them uneven, 0 is no matter.
	hosts, containers int
	// order is the strategy that decides, where no sum is to change.
	order string
}

// indifferent tells that no move is a gain.
func (a aim) indifferent() bool { return a.hosts == 0 && a.containers == 0 && len(a.spreads) == 0 }

func newBalance(u *up, decisions []scheduler.Decision, candidates []scheduler.Candidate) *balance {
	b := &balance{
		up: u, decisions: slices.Clone(decisions), candidates: candidates, byName: map[string]int{},
		replicas: map[string][]int{}, containers: make([]int, len(candidates)), aims: map[string]aim{},
	}
	for i := range candidates {
		b.pool = append(b.pool, &candidates[i].Host)
		b.byName[candidates[i].Host.Name] = i
		b.containers[i] = candidates[i].Containers
	}
	of := map[string]*replica{}
	for _, r := range u.replicas {
		of[r.service.Name+"/"+strconv.Itoa(r.number)] = r
	}
	for _, d := range b.decisions {
		b.add(d.Task.Service, b.byName[d.Host], 1)
		b.stays = append(b.stays, u.staysFor(of[d.Task.Service+"/"+strconv.Itoa(d.Task.Number)]))
		if _, known := b.aims[d.Task.Service]; !known {
			b.aims[d.Task.Service] = aimOf(d.Task.Strategies)
			b.levels = max(b.levels, len(b.aims[d.Task.Service].spreads))
		}
	}
	return b
}

// aimOf is by the first order among the strategies. What ranks hosts by what is
// measured, by an expression or by chance has no sum that a move makes smaller
// for sure: such services aren't moved.
func aimOf(strategies []hosts.Strategy) aim {
	a := aim{hosts: 1, containers: 1}
	decided := false
	for _, s := range strategies {
		if s.Name == "spread" {
			a.spreads = append(a.spreads, s)
		}
		if decided {
			continue
		}
		decided = true
		switch s.Name {
		case "breadth-first":
		case "least-containers":
			a.hosts, a.containers = 0, 1
		case "depth-first":
			a.hosts, a.containers = 0, -1
		case "lowest-cpu", "lowest-memory", "prefer", "random", "exec":
			a.hosts, a.containers, a.order = 0, 0, s.Name
		default:
			decided = false
		}
	}
	return a
}

func (b *balance) add(service string, host, n int) {
	if b.replicas[service] == nil {
		b.replicas[service] = make([]int, len(b.pool))
	}
	b.replicas[service][host] += n
	b.containers[host] += n
}

func (b *balance) move(decision, to int) {
	d := &b.decisions[decision]
	b.add(d.Task.Service, b.byName[d.Host], -1)
	b.add(d.Task.Service, to, 1)
	d.Host = b.pool[to].Name
}

// change is how the sums change, halved, where a replica moves to a host.
func (b *balance) change(decision, to int) []int {
	d := &b.decisions[decision]
	from, service := b.byName[d.Host], d.Task.Service
	a := b.aims[service]
	change := make([]int, b.levels+2)
	if from == to {
		return change
	}
	for level, s := range a.spreads {
		source, _ := scheduler.SpreadValue(s, b.pool[from])
		target, _ := scheduler.SpreadValue(s, b.pool[to])
		if source != target {
			change[level] = b.having(service, s, target) - b.having(service, s, source) + 1
		}
	}
	n := b.replicas[service]
	change[b.levels] = a.hosts * (n[to] - n[from] + 1)
	change[b.levels+1] = a.containers * (b.containers[to] - b.containers[from] + 1)
	if a.containers < 0 && !b.packs() {
		change[b.levels+1] = 0
	}
	return change
}

// packs tells that all services of the project want hosts full: where some want
// them even, neither would come to an end.
func (b *balance) packs() bool {
	for _, a := range b.aims {
		if a.containers > 0 {
			return false
		}
	}
	return true
}

// having counts the service's replicas on hosts with a value of a label.
func (b *balance) having(service string, s hosts.Strategy, value string) int {
	sum := 0
	for i, n := range b.replicas[service] {
		if n == 0 {
			continue
		}
		if v, _ := scheduler.SpreadValue(s, b.pool[i]); v == value {
			sum += n
		}
	}
	return sum
}

// figure is how uneven something is: the least and the most on one host.
type figure struct {
	what        string
	least, most int
}

func (f figure) span() string {
	if f.least == f.most {
		return strconv.Itoa(f.most)
	}
	return fmt.Sprintf("%d to %d", f.least, f.most)
}

// figures are those of each service, and of all containers, over the hosts that
// take replicas.
func (b *balance) figures() []figure {
	var all []figure
	for _, service := range sortedKeys(b.replicas) {
		all = append(all, b.figure("replicas of "+service, b.replicas[service]))
	}
	return append(all, b.figure("containers", b.containers))
}

func (b *balance) figure(what string, counts []int) figure {
	f := figure{what: what, least: -1}
	for i, n := range counts {
		h := b.pool[i]
		if n == 0 && (!h.Status.Ready || h.Availability == hosts.Drain) {
			continue
		}
		f.most = max(f.most, n)
		if f.least < 0 || n < f.least {
			f.least = n
		}
	}
	return f
}

// gains are sentences on what has changed: "replicas of web on a host: 0 to 4
// before, 1 to 2 after".
func gains(before, after []figure) []string {
	var all []string
	for i, f := range before {
		if f != after[i] {
			all = append(all, fmt.Sprintf("%s on a host: %s before, %s after", f.what, f.span(), after[i].span()))
		}
	}
	return all
}
