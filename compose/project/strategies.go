package project

import (
	"errors"
	"slices"
	"strconv"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// strategies is a list of rules: `- name` or `- {name: value}`.
type strategies []hosts.Strategy

func (s *strategies) decode(d *decoder, at path, v any) {
	list, ok := v.([]any)
	if !ok {
		d.problem(at, "%s must be a list, not %s", at, kind(v))
		return
	}
	*s = strategies{} // an empty list is one, too: it replaces the project's
	for i, e := range list {
		element := at.element(i, e)
		if strategy, ok := d.strategy(element, e); ok {
			d.checkOrders(element, *s, strategy.Name)
			*s = append(*s, strategy)
		}
	}
}

// checkOrders reports a strategy that can't be meant after one of those before it.
func (d *decoder) checkOrders(at path, before strategies, name string) {
	if d.catalog == nil {
		return
	}
	for _, earlier := range before {
		if why := d.catalog.Contradiction(earlier.Name, name); why != "" {
			d.problem(at, "%s; keep one of them", why)
			return
		}
	}
}

func (d *decoder) strategy(at path, v any) (hosts.Strategy, bool) {
	switch v := v.(type) {
	case string:
		return d.known(at, v, nil)
	case map[string]any:
		if len(v) != 1 {
			break
		}
		for name, value := range v {
			return d.known(at.key(name), name, value)
		}
	}
	d.problem(at, "a strategy must be a name, or a name with its value such as {max-containers: 16}, not %s", kind(v))
	return hosts.Strategy{}, false
}

// known is a strategy that the catalog has, in its own spelling.
func (d *decoder) known(at path, written string, value any) (hosts.Strategy, bool) {
	s := hosts.Strategy{Name: spelling(written), Value: value}
	if d.catalog == nil {
		return s, true
	}
	valid := d.catalog.Names()
	switch {
	case slices.Contains(valid, s.Name):
		return d.checked(at, s)
	default:
		d.keyProblem(at, "there is no strategy %q%s", written, suggest(s.Name, valid))
	}
	return s, false
}

// checked is the strategy with its value as the catalog takes it. A variable
// gives a string where the catalog may want a number.
func (d *decoder) checked(at path, s hosts.Strategy) (hosts.Strategy, bool) {
	err := d.catalog.Check(s)
	if text, ok := s.Value.(string); ok && err != nil {
		typed := hosts.Strategy{Name: s.Name, Value: scalar(text)}
		if d.catalog.Check(typed) == nil {
			return typed, true
		}
	}
	switch text, isText := s.Value.(string); {
	case err == nil:
	case isText:
		d.check(at, s, text)
	case s.Name == "affinity":
		d.checkAffinity(at, s, err)
	default:
		d.problem(at, "%s", oneLine(err.Error()))
	}
	return s, err == nil
}

// checkAffinity reports each wrong rule at its place, or the whole as wrong.
func (d *decoder) checkAffinity(at path, s hosts.Strategy, err error) {
	before := len(d.problems)
	d.checkRules(at, s.Value)
	if len(d.problems) == before {
		d.problem(at, "%s", oneLine(err.Error()))
	}
}

// check reports what the catalog finds wrong with a strategy, at the place in
// the text where it is.
func (d *decoder) check(at path, s hosts.Strategy, text string) {
	if d.catalog == nil {
		return
	}
	err := d.catalog.Check(s)
	if err == nil {
		return
	}
	p := problem{path: at, message: oneLine(err.Error()), text: text}
	var inside interface{ At() int }
	if errors.As(err, &inside) {
		p.offset = inside.At()
	}
	d.problems = append(d.problems, p)
}

// scalar is what YAML makes of a plain word.
func scalar(text string) any {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	if f, ok := number(text); ok {
		return f
	}
	if text == "true" || text == "false" {
		return text == "true"
	}
	return text
}

// spelling is our name for a strategy that was called otherwise before.
func spelling(written string) string {
	switch written {
	case "maxContainers":
		return "max-containers"
	case "maxCpu", "maxCpuUsage":
		return "max-cpu"
	case "maxMemory", "maxMemoryUsage":
		return "max-memory"
	case "lowestCpu":
		return "lowest-cpu"
	case "lowestMemory":
		return "lowest-memory"
	}
	return written
}
