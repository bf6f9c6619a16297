package project

import (
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// decode reads a location, whose machines exist or are made.
func (l *declaredLocation) decode(d *decoder, at path, v any) {
	type plain declaredLocation // without this method
	d.decode(at, v, (*plain)(l))
	fields, ok := v.(map[string]any)
	if !ok {
		return
	}
	if _, made := fields["provider"]; !made {
		d.needsProvider(at, fields)
		l.Template = d.options(at.key("template"), l.Template, joined(), false)
		return
	}
	if _, listed := fields["hosts"]; listed {
		d.keyProblem(at.key("hosts"), "%s has a provider, which makes its hosts; those that exist need a location of their own", at)
	}
	switch _, bounded := fields["max"]; {
	case !bounded:
		d.problem(at.key("provider"), "%s needs max, the most machines that may be made", at)
	case l.Min > l.Max:
		d.problem(at.key("min"), "min is %d, which is more than max, %d", l.Min, l.Max)
	}
	l.Template = d.template(at, l.Provider, l.Template)
	d.machineName(at.key("template").key("name"), l.Template)
}

// machineName checks that a template calls each machine by a name of its own.
func (d *decoder) machineName(at path, t declaredTemplate) {
	form := hosts.Template(t).Text("name")
	example := hosts.Location{Name: "location", Template: hosts.Template(t)}.MachineName(1)
	switch {
	case form == "":
	case !strings.Contains(form, "{n}"):
		d.problem(at, "%s is %q, which would be the name of each machine: put {n} into it", at, form)
	case !nameForm.MatchString(example):
		d.problem(at, "%s is %q: names begin with a letter or a digit; letters, digits, %q, %q and %q follow, and {n} and {location} stand for themselves", at, form, ".", "-", "_")
	}
}

// needsProvider reports what is said of machines that nothing makes.
func (d *decoder) needsProvider(at path, fields map[string]any) {
	for _, key := range []string{"min", "max", "headroom", "remove-empty"} {
		if _, there := fields[key]; there {
			d.keyProblem(at.key(key), "%s is for locations with a provider, and %s has none", key, at)
		}
	}
}

// joined are the options that machines which exist can have, too.
func joined() []hosts.Option {
	return slices.DeleteFunc(hosts.TemplateOptions(), func(o hosts.Option) bool { return !strings.HasPrefix(o.Name, "docker") })
}

// declaredTemplate is what a template says in the words of its provider.
type declaredTemplate map[string]any

// decode reads only that it is a mapping: what may be in it is the provider's.
func (t *declaredTemplate) decode(d *decoder, at path, v any) {
	fields, ok := v.(map[string]any)
	if !ok {
		d.problem(at, "%s must be a mapping, not %s", at, kind(v))
	}
	*t = fields
}

// template checks the options of a location, and gives each its type.
func (d *decoder) template(at path, provider string, written declaredTemplate) declaredTemplate {
	if d.providers == nil {
		return d.options(at.key("template"), written, hosts.TemplateOptions(), true)
	}
	i := slices.IndexFunc(d.providers, func(k hosts.ProviderKind) bool { return k.Name == provider })
	if i < 0 {
		if provider != "" {
			d.problem(at.key("provider"), "there is no provider %q%s", provider, suggest(provider, providerNames(d.providers)))
		}
		return written
	}
	all := slices.Concat(hosts.TemplateOptions(), d.providers[i].Options)
	d.required(at, provider, written, all)
	return d.options(at.key("template"), written, all, false)
}

func providerNames(kinds []hosts.ProviderKind) []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
	}
	return names
}

// required reports options that have no default and aren't there.
func (d *decoder) required(at path, provider string, written declaredTemplate, all []hosts.Option) {
	for _, o := range all {
		if _, there := written[o.Name]; !there && o.Required {
			d.problem(at.key("provider"), "provider %s needs template.%s", provider, o.Name)
		}
	}
}

// options are the values of a template by the types that they have; others are
// kept as they are where any may be.
func (d *decoder) options(at path, written declaredTemplate, known []hosts.Option, others bool) declaredTemplate {
	if written == nil {
		return nil
	}
	out := declaredTemplate{}
	for name, v := range written {
		i := slices.IndexFunc(known, func(o hosts.Option) bool { return o.Name == name })
		switch {
		case i >= 0:
			out[name] = d.option(at.key(name), known[i], v)
		case others:
			out[name] = v
		default:
			d.keyProblem(at.key(name), "%s has no key %q%s", at, name, suggest(name, optionNames(known)))
		}
	}
	return out
}

func optionNames(all []hosts.Option) []string {
	names := make([]string, len(all))
	for i, o := range all {
		names[i] = o.Name
	}
	return names
}

func (d *decoder) option(at path, o hosts.Option, v any) any {
	switch o.Type {
	case hosts.OptionNumber:
		return d.optionNumber(at, v)
	case hosts.OptionBool:
		return d.boolean(at, v)
	case hosts.OptionList:
		return d.optionList(at, v)
	case hosts.OptionMapping:
		var texts map[string]label
		d.decode(at, v, &texts)
		return labels(texts)
	case hosts.OptionDuration:
		return d.optionDuration(at, v)
	}
	return d.optionText(at, o.Values, v)
}

// optionText takes numbers, too: an image may be called 24.04.
func (d *decoder) optionText(at path, valid []string, v any) string {
	var text label
	text.decode(d, at, v)
	if valid != nil && v != nil && !slices.Contains(valid, string(text)) {
		d.problem(at, "%s can't be %q%s", at, text, suggest(string(text), valid))
	}
	return string(text)
}

func (d *decoder) optionNumber(at path, v any) float64 {
	f, ok := number(v)
	if !ok || f < 0 {
		d.problem(at, "%s must be a number from 0, not %s", at, kind(v))
	}
	return f
}

// optionList is one text, or several.
func (d *decoder) optionList(at path, v any) []string {
	return d.oneOrMore(at, v, "a text or a list of texts", func(s string) bool { return s != "" })
}

func (d *decoder) optionDuration(at path, v any) time.Duration {
	text, _ := v.(string)
	length, err := time.ParseDuration(text)
	if err != nil || length <= 0 {
		d.problem(at, "%s must be a duration such as 10m, not %s", at, kind(v))
	}
	return length
}
