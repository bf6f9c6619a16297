package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// labels is the filter labels: a host that has all of them, each with one of
// its values. It serves region and zone, too, which are labels by that name.
type labels struct {
	name   string
	wanted []wantedLabel
}

type wantedLabel struct {
	name   string
	values []string
}

// String is "disk=ssd", or "zone=a or b".
func (w wantedLabel) String() string { return w.name + "=" + strings.Join(w.values, " or ") }

func newLabels(value any) (Rule, error) {
	given, ok := value.(map[string]any)
	if !ok || len(given) == 0 {
		return nil, fmt.Errorf("labels wants a mapping, such as `labels: {disk: ssd, zone: [a, b]}`, not %s", quoted(value))
	}
	rule := labels{name: "labels"}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		values, ok := labelValues(given[name])
		if !ok {
			return nil, fmt.Errorf("label %s wants a value, or a list of values, not %s", name, quoted(given[name]))
		}
		rule.wanted = append(rule.wanted, wantedLabel{name, values})
	}
	return rule, nil
}

// labelValues accepts numbers and booleans as the labels of hosts do.
func labelValues(value any) ([]string, bool) {
	switch value.(type) {
	case bool, int, int64, uint64, float64:
		return []string{fmt.Sprint(value)}, true
	}
	return words(value)
}

// newPlace is the constructor of region and zone.
func newPlace(name string) func(any) (Rule, error) {
	return func(value any) (Rule, error) {
		values, ok := labelValues(value)
		if !ok {
			return nil, fmt.Errorf("%s wants the value of the hosts' label %s, or a list of values, not %s", name, name, quoted(value))
		}
		return labels{name, []wantedLabel{{name, values}}}, nil
	}
}

func (f labels) Name() string { return f.name }

func (f labels) Check(_ *Task, s *Seat) (int64, bool) {
	for i, w := range f.wanted {
		if has, ok := s.Host.Labels[w.name]; !ok || !slices.Contains(w.values, has) {
			return int64(i), false
		}
	}
	return 0, true
}

func (f labels) Refuse(_ *Task, s *Seat, missing int64) Refusal {
	w := f.wanted[missing]
	r := Refusal{Reason: "has no label " + w.name + " (need " + w.String() + ")", Summary: "don't have " + w.String()}
	if has, ok := s.Host.Labels[w.name]; ok {
		r.Reason = "has " + w.name + "=" + has + " (need " + w.String() + ")"
	}
	return r
}

func (labels) Evicts() bool { return true }

func (f labels) Hint(t *Task) string {
	return "label a host accordingly, or change " + f.name + " of " + t.Service
}
