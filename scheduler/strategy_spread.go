package scheduler

import (
	"fmt"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// spread is the strategy spread, which is a preference of deploy.placement:
// replicas of a service are kept even over the values of a label. It ranks sets
// of hosts rather than hosts, so that it comes before all orders; see [branch].
type spread struct{ key string }

func newSpread(value any) (Rule, error) {
	text, ok := value.(string)
	if !ok || text == "" {
		return nil, fmt.Errorf("spread wants a label of the hosts, such as `spread: node.labels.zone`, not %s", quoted(value))
	}
	key, known := normalKey(text)
	if !known && strings.ContainsAny(text, ". ") {
		return nil, fmt.Errorf("spread %q: the key is one of node.labels.NAME, engine.labels.NAME, node.hostname, node.platform.os, node.platform.arch", text)
	}
	if !known {
		key = "node.labels." + text
	}
	return spread{key}, nil
}

func (spread) Name() string { return "spread" }

// value is the host's, "" where it has none.
func (r spread) value(h *hosts.Host) string { return Constraint{Key: r.key}.attribute(h) }

// label is how messages call the key: zone, of node.labels.zone.
func (r spread) label() string {
	return strings.TrimPrefix(strings.TrimPrefix(r.key, "node.labels."), "node.")
}

// SpreadValue is the value that the strategy spread keeps replicas even over, of
// a host; ok where the strategy is a spread.
func SpreadValue(s hosts.Strategy, h *hosts.Host) (value string, ok bool) {
	if s.Name != "spread" {
		return "", false
	}
	rule, err := newSpread(s.Value)
	if err != nil {
		return "", false
	}
	return rule.(spread).value(h), true //nolint:forcetypeassert // it makes no other rules
}
