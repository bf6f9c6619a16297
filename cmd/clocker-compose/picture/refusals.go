package picture

import (
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// refusals draws for each service which hosts refused its last replica: what
// refuses one refuses those after it.
func (d *drawing) refusals(p *plan.Plan) {
	var last []scheduler.Decision
	for i, decision := range p.Placements {
		following := i+1 < len(p.Placements) && p.Placements[i+1].Task.Service == decision.Task.Service
		if !following && decision.Rejected.Len() > 0 {
			last = append(last, decision)
		}
	}
	if len(last) == 0 {
		return
	}
	d.title("Not chosen")
	name := widest(last, func(l scheduler.Decision) string { return l.Task.Service })
	for _, decision := range last {
		service := decision.Task.Service
		for _, line := range plan.Refusals(decision.Rejected.All()) {
			d.line("  %s  %s", pad(service, name), line)
			service = ""
		}
	}
}

// ranked is how many hosts are shown of those that would do.
const ranked = 10

// explanations draws for each replica whose hosts were ranked all that was
// considered.
func (d *drawing) explanations(p *plan.Plan) {
	for i, decision := range p.Placements {
		if len(decision.Ranked) == 0 && decision.Rejected.Len() == 0 {
			continue
		}
		if i > 0 && same(decision, p.Placements[i-1]) {
			continue // it would be said twice
		}
		d.title(decision.Task.Name + " -> " + decision.Host + "  " + decision.Reason)
		name := widest(decision.Ranked, func(r scheduler.Ranking) string { return r.Host })
		for n, r := range decision.Ranked {
			if n == ranked {
				d.line("  and %d more", len(decision.Ranked)-n)
				break
			}
			d.line("  %2d. %s  %s", n+1, pad(r.Host, name), strings.Join(r.Figures, ", "))
		}
		for _, line := range plan.Refusals(decision.Rejected.All()) {
			d.line("  not %s", line)
		}
	}
}

// same tells whether two decisions have one explanation, as replicas of one
// service have that stay on one host.
func same(a, b scheduler.Decision) bool {
	return a.Stays && b.Stays && a.Host == b.Host && a.Task.Service == b.Task.Service
}
