package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// planGrown plans, and makes the hosts that the plan lacks, until it lacks none:
// what a host is, is only known once it is there, and the same rules decide about
// it then.
func planGrown(ctx context.Context, env *Env, p *project.Project, o UpOptions) (*plan.Plan, error) {
	for {
		planned, err := planUp(ctx, env, p, o)
		if err != nil {
			return nil, err
		}
		needed := planned.Needed()
		if needed == nil {
			return planned, nil
		}
		if err := env.agree(planned, o.Yes); err != nil {
			return planned, err
		}
		if err := MakeHosts(ctx, env, makesOf(needed)); err != nil {
			return planned, err
		}
	}
}

// found makes the first hosts of a pool that has none: only then is there a host
// that can keep the project's lock. Two runs that do so at once order the same
// machines, by the same names.
func (e *Env) found(ctx context.Context, p *project.Project, o UpOptions) error {
	if !e.elastic() || len(e.Pool) > 0 {
		return nil
	}
	_, err := planGrown(ctx, e, p, o)
	return err
}

func makesOf(p *plan.Plan) []plan.MakeHost {
	var all []plan.MakeHost
	for _, s := range p.Steps {
		if a, ok := s.Action.(plan.MakeHost); ok {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b plan.MakeHost) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// agree asks whether the machines that a plan makes may be made, with what they
// cost, unless that was agreed to or yes answers all. Those that are made in the
// place of others that failed are asked for once.
func (e *Env) agree(p *plan.Plan, yes bool) error { return e.agreeTo(makesOf(p), yes) }

func (e *Env) agreeTo(makes []plan.MakeHost, yes bool) error {
	var new []plan.MakeHost
	for _, a := range makes {
		if !a.Begun {
			new = append(new, a)
		}
	}
	g := e.grown()
	if yes || len(new) <= g.agreed {
		return nil
	}
	question := makeQuestion(new)
	if e.Confirm == nil {
		return fmt.Errorf("%s; confirm it with -y", question)
	}
	ok, err := e.Confirm(question + ". Go on?")
	if err != nil {
		return err
	}
	if !ok {
		return ErrDeclined
	}
	g.agreed = len(new)
	return nil
}

// makeQuestion is "3 machines are to be made: burst-1 and burst-2 (size small,
// 0.0080 EUR/h each), burst-3 (size large), 0.0160 EUR/h in all".
func makeQuestion(makes []plan.MakeHost) string {
	type kind struct{ size, price string }
	var kinds []kind
	names, total := map[kind][]string{}, map[string]int64{}
	for _, a := range makes {
		k := kind{size: a.Size}
		if a.Price != nil {
			k.price = plan.PriceText(*a.Price) + "/h"
			total[a.Price.Currency] += a.Price.Micros
		}
		if names[k] == nil {
			kinds = append(kinds, k)
		}
		names[k] = append(names[k], a.Name)
	}
	var parts []string
	for _, k := range kinds {
		parts = append(parts, strings.Join(names[k], ", ")+about(k.size, k.price, len(names[k])))
	}
	noun := "machines are"
	if len(makes) == 1 {
		noun = "machine is"
	}
	s := fmt.Sprintf("%d %s to be made: %s", len(makes), noun, strings.Join(parts, "; "))
	if len(makes) > 1 {
		for currency, micros := range total {
			s += fmt.Sprintf("; %s/h in all", plan.PriceText(hosts.Price{Micros: micros, Currency: currency}))
		}
	}
	return s
}

// about is " (size small, 0.0080 EUR/h each)".
func about(size, price string, n int) string {
	var parts []string
	if size != "" {
		parts = append(parts, "size "+size)
	}
	if price != "" {
		if n > 1 {
			price += " each"
		}
		parts = append(parts, price)
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// leftOut is the error that a plan couldn't have hosts for all that was asked.
func leftOut(p *plan.Plan) error {
	var errs []error
	for _, sentence := range p.LeftOut {
		errs = append(errs, errors.New(sentence))
	}
	return errors.Join(errs...)
}

// resizes tells whether a change to a plan's project may leave locations larger
// or smaller than they are to be.
func (e *Env) resizes() bool {
	return e.elastic() && slices.ContainsFunc(e.Machines.Locations(), func(l hosts.Location) bool {
		return l.RemoveEmpty || l.Min > 0 || l.Headroom != hosts.Headroom{}
	})
}
