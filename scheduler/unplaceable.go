package scheduler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Unplaceable is the error for a task, or for the tasks of a group, that fits
// nowhere.
type Unplaceable struct {
	// Tasks are their names: one, but for a group.
	Tasks []string
	// Rejected has every host of the pool, sorted by host.
	Rejected []Rejection
	// Hint is what to do about it, a clause without a full stop; may be "".
	Hint string
	// Remedies are the smallest changes after each of which it would fit, as
	// they were tried: "1 GiB less memory reserved". They say more than Hint.
	Remedies []string
}

// Error is one sentence, the commonest reason first: "no host for web-3: 4 of
// 6 hosts lack memory (need 2 GiB), 2 have port 80 taken; add a host …".
func (e *Unplaceable) Error() string {
	s := "no host for " + strings.Join(e.Tasks, " with ") + ": " + summary(e.Rejected)
	if len(e.Remedies) > 0 {
		return s + "; it would fit with " + strings.Join(e.Remedies, ", or with ")
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// unplaceable is the error of a unit that none takes any more. Replicas of one
// service share what was said of them.
func (w *queue) unplaceable() *Unplaceable {
	if w.nowhere == nil {
		w.nowhere = &Unplaceable{Rejected: w.rejections().All(), Hint: w.hint(w.log), Remedies: w.remedies()}
	}
	failure := *w.nowhere
	return &failure
}

// summary counts the refusals: "2 of 3 hosts are drained, 1 is not ready".
func summary(rejected []Rejection) string {
	switch len(rejected) {
	case 0:
		return "the pool has no hosts"
	case 1:
		return "the only host " + rejected[0].Reason
	}
	total := len(rejected)
	var parts []string
	for i, t := range tally(rejected) {
		parts = append(parts, t.phrase(total, i == 0))
	}
	return strings.Join(parts, ", ")
}

// tallied is a refusal that some hosts have in common.
type tallied struct {
	Rejection
	hosts int
}

// tally counts by summary, commonest first, then by text.
func tally(rejected []Rejection) []tallied {
	at := map[string]int{}
	var all []tallied
	for _, r := range rejected {
		i, ok := at[r.Summary]
		if !ok {
			i = len(all)
			at[r.Summary] = i
			all = append(all, tallied{Rejection: r})
		}
		all[i].hosts++
	}
	slices.SortStableFunc(all, func(a, b tallied) int {
		return cmp.Or(cmp.Compare(b.hosts, a.hosts), cmp.Compare(a.Summary, b.Summary))
	})
	return all
}

// phrase is "4 of 6 hosts lack memory (need 2 GiB)", shorter where it isn't the
// first; a single host has its own figures.
func (s tallied) phrase(total int, first bool) string {
	switch {
	case s.hosts == total:
		return fmt.Sprintf("all %d hosts %s", total, s.Summary)
	case s.hosts == 1 && first:
		return fmt.Sprintf("1 of %d hosts %s", total, s.Reason)
	case s.hosts == 1:
		return "1 " + s.Reason
	case first:
		return fmt.Sprintf("%d of %d hosts %s", s.hosts, total, s.Summary)
	}
	return fmt.Sprintf("%d %s", s.hosts, s.Summary)
}
