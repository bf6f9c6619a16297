package plan

import (
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// strategies are a service's, with what programs said in the place of their
// names. Replicas share one list.
func (u *up) strategies(service string, list []hosts.Strategy) []hosts.Strategy {
	if !slices.ContainsFunc(list, func(s hosts.Strategy) bool { return s.Name == "exec" }) {
		return list
	}
	if asked, known := u.asked[service]; known {
		return asked
	}
	asked := slices.Clone(list)
	for i, s := range asked {
		program, _ := s.Value.(string)
		if said := u.Verdicts[program][service]; s.Name == "exec" && said != nil {
			asked[i].Value = said
		}
	}
	if u.asked == nil {
		u.asked = map[string][]hosts.Strategy{}
	}
	u.asked[service] = asked
	return asked
}
