package plan

import (
	"errors"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// unmet says where constraints stand that no host can meet, nil where none does:
// a word that is written wrong is no matter of too few hosts.
func (u *up) unmet(pool []scheduler.Candidate) error {
	var errs []error
	for _, s := range u.services {
		if s.Deploy == nil {
			continue
		}
		constraints := s.Deploy.Placement.Constraints
		if at, why := scheduler.Unmet(constraints, pool); why != "" {
			errs = append(errs, &project.Error{Position: u.Project.WhereConstraint(s.Name, at, constraints[at]), Message: "service " + s.Name + ": " + why})
		}
	}
	return errors.Join(errs...)
}
