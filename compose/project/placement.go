package project

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// affinity is a list of rules such as "not service db", or one of them.
type affinity []string

func (a *affinity) decode(d *decoder, at path, v any) {
	if text, ok := v.(string); ok {
		if *a = (affinity{d.text(at, v)}); text != "" {
			d.check(at, hosts.Strategy{Name: "affinity", Value: text}, text)
		}
		return
	}
	d.decode(at, v, (*[]string)(a))
	d.checkRules(at, v)
}

// checkRules checks the rules of affinity in a list, each at its own place.
func (d *decoder) checkRules(at path, v any) {
	list, _ := v.([]any)
	for i, e := range list {
		if text, ok := e.(string); ok && text != "" {
			d.check(at.element(i, e), hosts.Strategy{Name: "affinity", Value: text}, text)
		}
	}
}

// expression is one over hosts, under the name of its strategy.
type expression string

func (e *expression) decode(d *decoder, at path, v any) {
	d.decode(at, v, (*string)(e))
	if *e != "" {
		text := string(*e)
		d.check(at, hosts.Strategy{Name: at[len(at)-1].key, Value: text}, text)
	}
}

// over is the placement with what it leaves out taken from another.
func (p declaredPlacement) over(other declaredPlacement) declaredPlacement {
	if p.Strategies == nil {
		p.Strategies = other.Strategies
	}
	if p.Affinity == nil {
		p.Affinity = other.Affinity
	}
	if p.Exclusive == nil {
		p.Exclusive = other.Exclusive
	}
	if p.When == "" {
		p.When = other.When
	}
	if p.Prefer == "" {
		p.Prefer = other.Prefer
	}
	return p
}

// placement is what a declared one means, under the preferences of a service.
func (p declaredPlacement) placement(preferences []hosts.Strategy) Placement {
	out := Placement{Affinity: p.Affinity, Exclusive: p.Exclusive != nil && *p.Exclusive, When: string(p.When), Prefer: string(p.Prefer)}
	out.Strategies = slices.Concat(preferences, p.Strategies, out.shorthands())
	return out
}

// shorthands are the strategies that have a key of their own.
func (p Placement) shorthands() []hosts.Strategy {
	var all []hosts.Strategy
	if len(p.Affinity) > 0 {
		rules := make([]any, len(p.Affinity))
		for i, rule := range p.Affinity {
			rules[i] = rule
		}
		all = append(all, hosts.Strategy{Name: "affinity", Value: rules})
	}
	if p.Exclusive {
		all = append(all, hosts.Strategy{Name: "exclusive"})
	}
	if p.When != "" {
		all = append(all, hosts.Strategy{Name: "when", Value: p.When})
	}
	if p.Prefer != "" {
		all = append(all, hosts.Strategy{Name: "prefer", Value: p.Prefer})
	}
	return all
}

// preferences are those of deploy.placement, as strategies.
func preferences(s types.ServiceConfig) []hosts.Strategy {
	if s.Deploy == nil {
		return nil
	}
	var all []hosts.Strategy
	for _, p := range s.Deploy.Placement.Preferences {
		all = append(all, hosts.Strategy{Name: "spread", Value: p.Spread})
	}
	return all
}

// checkPreferences checks the labels that a service prefers to be spread over.
func (d *decoder) checkPreferences(at path, s types.ServiceConfig) {
	for i, p := range preferences(s) {
		text, _ := p.Value.(string)
		value := map[string]any{"spread": text}
		d.check(at.key("deploy").key("placement").key("preferences").element(i, value).key("spread"), p, text)
	}
}
