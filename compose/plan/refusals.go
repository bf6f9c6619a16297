package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/scheduler"
)

// namedRefusals is how many hosts that say the same are named.
const namedRefusals = 4

// Refusals are lines on why hosts were refused: those that say the same in one,
// and counted where they are many.
func Refusals(rejected []scheduler.Rejection) []string {
	by := map[string][]scheduler.Rejection{}
	var order []string
	for _, r := range rejected {
		if by[r.Summary] == nil {
			order = append(order, r.Summary)
		}
		by[r.Summary] = append(by[r.Summary], r)
	}
	slices.SortStableFunc(order, func(a, b string) int { return len(by[b]) - len(by[a]) })
	var lines []string
	for _, summary := range order {
		lines = append(lines, together(by[summary])...)
	}
	return lines
}

// together are lines for hosts that say the same: each for itself with its own
// figures where they are few.
func together(alike []scheduler.Rejection) []string {
	if len(alike) > namedRefusals {
		return []string{fmt.Sprintf("%d hosts %s", len(alike), alike[0].Summary)}
	}
	var names, lines []string
	for _, r := range alike {
		names = append(names, r.Host)
		lines = append(lines, r.Host+" "+r.Reason)
	}
	figures := slices.ContainsFunc(alike, func(r scheduler.Rejection) bool { return r.Reason != alike[0].Reason })
	if len(alike) > 1 && !figures {
		return []string{strings.Join(names, ", ") + " " + alike[0].Summary}
	}
	return lines
}
