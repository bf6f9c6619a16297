package plan

import (
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// asked are strategies with what programs said in the place of their names.
// Those who share a list share what becomes of it.
func (u *up) asked(list []hosts.Strategy) []hosts.Strategy {
	if !slices.ContainsFunc(list, func(s hosts.Strategy) bool { return s.Name == "exec" }) {
		return list
	}
	if done, known := u.consulted[&list[0]]; known {
		return done
	}
	done := slices.Clone(list)
	for i, s := range done {
		program, _ := s.Value.(string)
		if said := u.Verdicts[program]; s.Name == "exec" && said != nil {
			done[i].Value = said
		}
	}
	if u.consulted == nil {
		u.consulted = map[*hosts.Strategy][]hosts.Strategy{}
	}
	u.consulted[&list[0]] = done
	return done
}
