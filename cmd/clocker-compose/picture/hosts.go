package picture

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/go-units"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// hosts draws each host with its replicas as branches.
func (d *drawing) hosts(p *plan.Plan) {
	name := widest(p.Replicas, func(r plan.Replica) string { return r.Name })
	for _, h := range p.Hosts {
		branches := slices.DeleteFunc(slices.Clone(p.Replicas), func(r plan.Replica) bool { return r.Host != h.Name })
		also := preparations(p, h.Name)
		d.title(h.Name + "  " + strings.Join(about(h), ", "))
		for i, r := range branches {
			fork := "├─"
			if i == len(branches)-1 && also == "" {
				fork = "└─"
			}
			d.line("%s %s %s  %s  %s", fork, sign(r.Fate), pad(r.Name, name), pad(fate(r), len(plan.FateRecreated)), cause(r))
		}
		switch {
		case also != "":
			d.line("└─ %s", also)
		case len(branches) == 0:
			d.line("└─ nothing of %s", p.Project)
		}
	}
}

// about is what a host is, and in which state.
func about(h hosts.Host) []string {
	var words []string
	if h.Location != "" {
		words = append(words, h.Location)
	}
	if n := h.Capacity.NanoCPUs; n > 0 {
		words = append(words, strconv.FormatFloat(float64(n)/1e9, 'f', -1, 64)+" CPUs")
	}
	if n := h.Capacity.MemoryBytes; n > 0 {
		words = append(words, units.BytesSize(float64(n)))
	}
	switch {
	case !h.Status.Ready && h.Status.Reason != "":
		words = append(words, "doesn't answer: "+h.Status.Reason)
	case !h.Status.Ready:
		words = append(words, "doesn't answer")
	case h.Availability == hosts.Drain:
		words = append(words, "drained")
	}
	return words
}

func sign(f plan.Fate) string {
	switch f {
	case plan.FateNew:
		return "+"
	case plan.FateRemoved:
		return "-"
	case plan.FateStays:
		return "="
	case plan.FateMoves:
		return ">"
	case plan.FateStarts, plan.FateRecreated:
	}
	return "~"
}

func fate(r plan.Replica) string {
	if r.Fate == plan.FateMoves {
		return "from " + r.From
	}
	return string(r.Fate)
}

// cause is why: for a replica that stays, nothing is to be said.
func cause(r plan.Replica) string {
	switch r.Fate {
	case plan.FateNew, plan.FateMoves:
		return r.Cause
	case plan.FateStays:
		if r.Cause != "runs there" {
			return r.Cause
		}
		return ""
	case plan.FateRemoved, plan.FateStarts, plan.FateRecreated:
	}
	return string(r.Why)
}

// preparations is what else is done on a host: "joins the network, pulls nginx".
func preparations(p *plan.Plan, host string) string {
	var words []string
	for _, s := range p.Steps {
		if s.Host != host {
			continue
		}
		switch a := s.Action.(type) {
		case plan.JoinHost:
			words = append(words, "gets Docker and becomes a host")
		case plan.JoinFabric:
			words = append(words, "joins the container network")
		case plan.PullImage:
			words = append(words, "pulls "+a.Ref)
		case plan.ShipFiles:
			words = append(words, "gets "+a.Object())
		case plan.CreateNetwork, plan.CreateVolume:
			words = append(words, fmt.Sprintf("creates %s", s.Action.Object()))
		case plan.RemoveNetwork, plan.RemoveVolume, plan.RemoveImage:
			words = append(words, fmt.Sprintf("removes %s", s.Action.Object()))
		}
	}
	return strings.Join(words, ", ")
}
