package picture

import (
	"fmt"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

// crowd is what there is of one service.
type crowd struct {
	service string
	onHost  map[string]int
	fates   map[plan.Fate]int
}

// services draws one line a service, for what is too much to be drawn one by
// one.
func (d *drawing) services(p *plan.Plan) {
	crowds := crowdsOf(p.Replicas)
	name := widest(crowds, func(c *crowd) string { return c.service })
	d.title(fmt.Sprintf("%d replicas on %d hosts", len(p.Placements), len(p.Hosts)))
	for _, c := range crowds {
		d.line("  %s  %s; %s", pad(c.service, name), c.where(), c.whatBecomes())
	}
	for _, h := range p.Hosts {
		if words := about(h); !h.Status.Ready {
			d.line("  host %s  %s", h.Name, words[len(words)-1])
		}
	}
}

// crowdsOf keeps the order of services.
func crowdsOf(replicas []plan.Replica) []*crowd {
	var all []*crowd
	known := map[string]*crowd{}
	for _, r := range replicas {
		c := known[r.Service]
		if c == nil {
			c = &crowd{r.Service, map[string]int{}, map[plan.Fate]int{}}
			known[r.Service] = c
			all = append(all, c)
		}
		c.fates[r.Fate]++
		if r.Fate != plan.FateRemoved {
			c.onHost[r.Host]++
		}
	}
	return all
}

// where is "500 on 300 hosts, 1 to 2 on each".
func (c *crowd) where() string {
	total, least, most := 0, 0, 0
	for _, n := range c.onHost {
		total += n
		most = max(most, n)
		if least == 0 || n < least {
			least = n
		}
	}
	if len(c.onHost) == 1 {
		return fmt.Sprintf("%d on 1 host", total)
	}
	each := fmt.Sprintf("%d on each", most)
	if least != most {
		each = fmt.Sprintf("%d to %d on each", least, most)
	}
	return fmt.Sprintf("%d on %d hosts, %s", total, len(c.onHost), each)
}

// whatBecomes is "2 new, 498 stay".
func (c *crowd) whatBecomes() string {
	var words []string
	for _, f := range []plan.Fate{plan.FateNew, plan.FateMoves, plan.FateRecreated, plan.FateStarts, plan.FateStays, plan.FateRemoved} {
		if n := c.fates[f]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, plural(f, n)))
		}
	}
	return strings.Join(words, ", ")
}

func plural(f plan.Fate, n int) string {
	switch f {
	case plan.FateStays, plan.FateStarts, plan.FateMoves:
		if n != 1 {
			return strings.TrimSuffix(string(f), "s")
		}
	case plan.FateNew, plan.FateRecreated, plan.FateRemoved:
	}
	return string(f)
}
