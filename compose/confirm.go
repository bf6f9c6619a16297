package compose

import (
	"errors"
	"fmt"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

// ErrDeclined is the answer "no" to a question about a destructive step.
var ErrDeclined = errors.New("nothing was changed")

// confirm asks about each destructive step, unless yes answers all.
func (e *Env) confirm(p *plan.Plan, yes bool) error {
	for _, s := range p.Steps {
		if !s.Destructive || yes {
			continue
		}
		if e.Confirm == nil {
			return fmt.Errorf("%s on host %s: %s; confirm it with -y", s.Action.Object(), s.Host, s.Risk)
		}
		ok, err := e.Confirm(fmt.Sprintf("%s on host %s: %s. Go on?", s.Action.Object(), s.Host, s.Risk))
		if err != nil {
			return err
		}
		if !ok {
			return ErrDeclined
		}
	}
	return nil
}

// mayRenew asks about each volume that differs from the files. Where nobody can
// be asked, the data stays.
func (e *Env) mayRenew(diverged []string, yes bool) (renew []string, err error) {
	for _, name := range diverged {
		ok := yes
		if !yes && e.Consent != nil {
			ok, err = e.Consent(fmt.Sprintf("Volume %q exists but doesn't match configuration in compose file. Recreate (data will be lost)?", name))
			if err != nil {
				return nil, err
			}
		}
		if ok {
			renew = append(renew, name)
		}
	}
	return renew, nil
}

func (e *Env) warn(warnings []string) {
	if e.Warn == nil {
		return
	}
	for _, w := range warnings {
		e.Warn(w)
	}
}
