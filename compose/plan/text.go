package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Text is the plan's stable form for people and for tests: where each replica
// goes and why, then one line a step, grouped by host, then the warnings.
func (p *Plan) Text() string {
	var b strings.Builder
	if len(p.Placements) > longText {
		p.writeCounts(&b)
	} else {
		p.writePlacements(&b)
		p.writeSteps(&b)
	}
	for _, g := range p.Gain {
		fmt.Fprintf(&b, "* %s\n", g)
	}
	for _, l := range p.Left {
		fmt.Fprintf(&b, "= %s\n", l)
	}
	for _, w := range slices.Concat(p.LeftOut, p.Warnings) {
		fmt.Fprintf(&b, "! %s\n", w)
	}
	fmt.Fprintln(&b, p.Summary())
	return b.String()
}

// Summary is one sentence: "3 to create, 1 to start, 2 unchanged".
func (p *Plan) Summary() string {
	count := map[string]int{}
	for _, s := range p.Steps {
		count[s.Action.Verb()]++
	}
	var parts []string
	for _, verb := range []string{"make", "finish", "join", "pull", "build", "copy", "check", "ship", "create", "start", "stop", "remove", "delete", "disconnect", "connect", "rename"} {
		if n := count[verb]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n, verb))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing to do")
	}
	if n := len(p.Unchanged); n > 0 {
		parts = append(parts, fmt.Sprintf("%d unchanged", n))
	}
	if p.Project == "" {
		return strings.Join(parts, ", ")
	}
	return p.Project + ": " + strings.Join(parts, ", ")
}

func (p *Plan) writePlacements(b *strings.Builder) {
	if len(p.Placements) == 0 {
		return
	}
	wide := 0
	for _, d := range p.Placements {
		wide = max(wide, len(d.Task.Name))
	}
	fmt.Fprintln(b, "Placement")
	for _, d := range p.Placements {
		fmt.Fprintf(b, "  %-*s -> %s", wide, d.Task.Name, d.Host)
		if d.Reason != "" {
			fmt.Fprintf(b, "  (%s)", d.Reason)
		}
		fmt.Fprintln(b)
		for _, r := range d.Rejected.All() {
			fmt.Fprintf(b, "  %-*s    not %s: %s\n", wide, "", r.Host, r.Reason)
		}
	}
}

func (p *Plan) writeSteps(b *strings.Builder) {
	var names []string
	for _, s := range p.Steps {
		names = append(names, s.Host)
	}
	slices.Sort(names)
	for _, host := range slices.Compact(names) {
		fmt.Fprintf(b, "Host %s\n", host)
		for _, s := range p.Steps {
			if s.Host == host {
				fmt.Fprintf(b, "  %s %s %s (%s)\n", sign(s), s.Action.Verb(), s.Action.Object(), s.Reason)
			}
		}
	}
}

// sign is + for what comes, - for what goes, ~ for what changes.
func sign(s Step) string {
	switch s.Action.(type) {
	case CreateContainer, CreateNetwork, CreateVolume, PullImage, BuildImage, CopyImage, ShipFiles, JoinFabric, JoinHost, MakeHost:
		return "+"
	case RemoveContainer, RemoveNetwork, RemoveVolume, RemoveImage, RemoveHost:
		return "-"
	case CheckPaths:
		return "?"
	}
	return "~"
}

// longText is how many placements are written one by one.
const longText = 500

// writeCounts says of each service how many replicas go to how many hosts.
func (p *Plan) writeCounts(b *strings.Builder) {
	fmt.Fprintln(b, "Placement")
	for first := 0; first < len(p.Placements); {
		service, last, on := p.Placements[first].Task.Service, first, map[string]bool{}
		for ; last < len(p.Placements) && p.Placements[last].Task.Service == service; last++ {
			on[p.Placements[last].Host] = true
		}
		fmt.Fprintf(b, "  %s: %d replicas on %d hosts\n", service, last-first, len(on))
		for _, line := range Refusals(p.Placements[last-1].Rejected.All()) {
			fmt.Fprintf(b, "    not %s\n", line)
		}
		first = last
	}
}
