package scheduler

import (
	"fmt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// rulebook has the rules of lists of strategies, each list understood once.
type rulebook struct {
	catalog Catalog
	byList  map[listKey]ruleSet
	// objections tells that some list keeps others away.
	objections bool
	// exclusive tells that some list has a host to itself.
	exclusive bool
	objectors objectors
}

// listKey is a list of strategies by where it is: replicas of a service share it.
type listKey struct {
	first *hosts.Strategy
	len   int
}

func (c Catalog) rulebook() *rulebook { return &rulebook{catalog: c, byList: map[listKey]ruleSet{}} }

// of are the rules of the task's strategies.
func (r *rulebook) of(t *Task) (ruleSet, error) {
	if len(t.Strategies) == 0 {
		return ruleSet{}, nil
	}
	key := listKey{&t.Strategies[0], len(t.Strategies)}
	if set, known := r.byList[key]; known {
		return set, nil
	}
	set, err := r.catalog.ruleSetOf(t.Strategies)
	if err != nil {
		return ruleSet{}, fmt.Errorf("place %s: %w", t.Name, err)
	}
	r.byList[key] = set
	r.objections = r.objections || set.objects()
	r.exclusive = r.exclusive || set.exclusive
	return set, nil
}

// depths are those of the tasks' services.
func (r *rulebook) depths(tasks []Task) (depths, error) {
	wants := map[string][]target{}
	for i := range tasks {
		t := &tasks[i]
		if i > 0 && tasks[i-1].Service == t.Service && tasks[i-1].Project == t.Project {
			continue // one replica speaks for all
		}
		set, err := r.of(t)
		if err != nil {
			return nil, err
		}
		wants[serviceKey(t)] = set.affinity.wants(t)
	}
	return depthsOf(wants), nil
}
