package scheduler

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Rejection is one host's refusal of one task.
type Rejection struct {
	Host string
	// Filter is the name of the rule that refused.
	Filter string
	// Reason is in words with figures: "lacks memory (need 2 GiB, 1.2 GiB free)".
	Reason string
	// Summary is the reason without what is particular to the host, by which
	// refusals are counted: "lack memory (need 2 GiB)".
	Summary string
}

// Rejections are the hosts that refused a task. They are put into words when
// they are asked for: decisions of one service share what they were told, and
// most of it is never read. The zero value has none.
type Rejections struct {
	asked *question
	log   []refused
}

// refused is a host's refusal before it is put into words.
type refused struct {
	seat   *Seat
	figure int64
	filter filterID
}

// Len is how many hosts refused.
func (r Rejections) Len() int { return len(r.log) }

// All are the refusals in words, sorted by host.
func (r Rejections) All() []Rejection {
	if len(r.log) == 0 {
		return nil
	}
	all := make([]Rejection, len(r.log))
	for i, no := range r.log {
		all[i] = r.asked.words(no)
	}
	slices.SortFunc(all, func(a, b Rejection) int { return cmp.Compare(a.Host, b.Host) })
	return all
}

// MarshalJSON is that of All.
func (r Rejections) MarshalJSON() ([]byte, error) { return json.Marshal(r.All()) }
