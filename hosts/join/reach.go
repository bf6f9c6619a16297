package join

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// reachTime bounds a round of knocking at doors.
const reachTime = 30 * time.Second

// portsToOpen are named in remedies.
const portsToOpen = "6783 tcp and udp, 6784 udp, 6785 to 6795 tcp"

// Reach tries from each host whether it reaches every other on the ports of the
// container network: something answers there for as long as it takes. UDP is
// tried where nothing has its ports, for what has them answers nobody who only
// asks. It returns faults alone. A host that can't be asked is left out: an
// examination says why.
func (j *Joiner) Reach(ctx context.Context, pool []hosts.Host) []Finding {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	doors, shut := j.open(ctx, pool)
	defer shut()
	var mu sync.Mutex
	closed := map[way][]string{}
	var all sync.WaitGroup
	for _, h := range pool {
		all.Go(func() {
			_, _ = j.run(ctx, h, modeReach, arguments{to: addresses(pool, h)}, func(f Finding) {
				if w, port, ok := knocked(pool, doors, h, f); ok {
					mu.Lock()
					defer mu.Unlock()
					closed[w] = append(closed[w], port)
				}
			})
		})
	}
	all.Wait()
	var found []Finding
	for w, ports := range closed {
		found = append(found, w.finding(ports))
	}
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.Host+a.Text, b.Host+b.Text) })
	return found
}

func addresses(pool []hosts.Host, but hosts.Host) []string {
	var list []string
	for _, h := range pool {
		if h.Name != but.Name && h.Address != "" {
			list = append(list, h.Address)
		}
	}
	return list
}

// door is a port of a host on which something listens, as PORT/PROTOCOL.
type door struct{ host, port string }

// open makes something listen on all hosts, until shut is called.
func (j *Joiner) open(ctx context.Context, pool []hosts.Host) (doors map[door]bool, shut func()) {
	doors = map[door]bool{}
	var mu sync.Mutex
	var ready, all sync.WaitGroup
	var ends []io.Closer
	for _, h := range pool {
		r, w := io.Pipe()
		ends = append(ends, w)
		ready.Add(1)
		all.Go(func() {
			done := sync.OnceFunc(ready.Done)
			defer done()
			defer r.Close()
			shell, err := j.o.Shell(h)
			if err != nil {
				return
			}
			_, _, _ = converse(ctx, shell, command(modeListen, arguments{patience: reachTime}), io.MultiReader(strings.NewReader(script), r), h.Name, func(f Finding) {
				switch {
				case f.Status == Wait:
					done()
				case f.Check == "listen":
					mu.Lock()
					defer mu.Unlock()
					doors[door{h.Name, f.Text}] = true
				}
			})
		})
	}
	ready.Wait()
	return doors, func() {
		for _, end := range ends {
			_ = end.Close()
		}
		all.Wait()
	}
}

// way is one from a host to another's address that is closed, and how.
type way struct{ from, to, address, how string }

// knocked reads "ADDRESS PORT/PROTOCOL refused|silent", and tells whether it is a
// fault: where nothing listens, TCP is refused, and UDP is silent.
func knocked(pool []hosts.Host, doors map[door]bool, from hosts.Host, f Finding) (w way, port string, fault bool) {
	words := strings.Fields(f.Text)
	if f.Check != "reach" || f.Status != Fault || len(words) != 3 {
		return w, "", false
	}
	address, port, how := words[0], words[1], words[2]
	i := slices.IndexFunc(pool, func(h hosts.Host) bool { return h.Address == address })
	if i < 0 {
		return w, "", false
	}
	expected := how == "refused" || strings.HasSuffix(port, "/udp")
	return way{from.Name, pool[i].Name, address, how}, port, !expected || doors[door{pool[i].Name, port}]
}

func (w way) finding(ports []string) Finding {
	slices.Sort(ports)
	list := strings.Join(slices.Compact(ports), ", ")
	if w.how == "refused" {
		return Finding{
			w.from, Fault, "reach", fmt.Sprintf("%s does not let it in at %s on %s", w.to, w.address, list),
			fmt.Sprintf("open %s between the hosts, in the firewall of %s and of the cloud", portsToOpen, w.to),
		}
	}
	return Finding{
		w.from, Fault, "reach", fmt.Sprintf("no answer from %s at %s on %s", w.to, w.address, list),
		fmt.Sprintf("if %s can't be reached at %s from there, give it another address; else open %s between the hosts", w.to, w.address, portsToOpen),
	}
}
