package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Catalog is the strategies that users can name, each with what makes a rule
// of the value that it was given.
type Catalog map[string]func(value any) (Rule, error)

// NewCatalog holds all strategies. A new one is a file of its own and a line here.
func NewCatalog() Catalog {
	return Catalog{
		"affinity":         newAffinity,
		"breadth-first":    newBreadthFirst,
		"depth-first":      newDepthFirst,
		"exec":             newExec,
		"exclusive":        newExclusive,
		"group":            newGroup,
		"hostname":         newHostname,
		"labels":           newLabels,
		"least-containers": newLeastContainers,
		"lowest-cpu":       newLowestUse("lowest-cpu", cpuUse()),
		"lowest-memory":    newLowestUse("lowest-memory", memoryUse()),
		"max-containers":   newMaxContainers,
		"max-cpu":          newMaxUse("max-cpu", cpuUse()),
		"max-memory":       newMaxUse("max-memory", memoryUse()),
		"prefer":           newPrefer,
		"random":           newRandom,
		"region":           newPlace("region"),
		"reserved":         newReserved,
		"spread":           newSpread,
		"when":             newWhen,
		"zone":             newPlace("zone"),
	}
}

// Names are the strategies' names, sorted.
func (c Catalog) Names() []string { return slices.Sorted(maps.Keys(c)) }

// Check tells whether the strategy is known and its value is right for it.
func (c Catalog) Check(s hosts.Strategy) error {
	_, err := c.rule(s)
	return err
}

func (c Catalog) rule(s hosts.Strategy) (Rule, error) {
	construct, ok := c[s.Name]
	if !ok {
		return nil, fmt.Errorf("there is no strategy %q; the strategies are %s", s.Name, strings.Join(c.Names(), ", "))
	}
	return construct(s.Value)
}

// Measures tells whether a strategy wants to know what hosts were measured to
// use: only then does anybody have to measure.
func (c Catalog) Measures(s hosts.Strategy) bool {
	rule, err := c.rule(s)
	if err != nil {
		return false
	}
	switch rule := rule.(type) {
	case maxUse, lowestUse:
		return true
	case when:
		return rule.measures
	case prefer:
		return rule.measures
	}
	return false
}

// Wants tells whether a strategy demands that others are on the host already.
func (c Catalog) Wants(s hosts.Strategy) bool {
	rule, err := c.rule(s)
	rules, ok := rule.(affinity)
	return err == nil && ok && slices.ContainsFunc(rules, func(r AffinityRule) bool { return !r.Not && !r.Soft && !r.Empty })
}

// Services are the services that a strategy names without a project, and so
// must be of its own; those of patterns are not among them.
func (c Catalog) Services(s hosts.Strategy) []string {
	rule, err := c.rule(s)
	rules, ok := rule.(affinity)
	if err != nil || !ok {
		return nil
	}
	var names []string
	for _, r := range rules {
		if r.Project == "" && r.Service != "" && !strings.ContainsAny(r.Service, wildcards) {
			names = append(names, r.Service)
		}
	}
	return names
}
