package project

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// decoder fills declared structs from what YAML gave, and keeps each thing that
// doesn't fit with its path. It is strict: there is no key it doesn't know.
type decoder struct {
	catalog   StrategyCatalog
	providers []hosts.ProviderKind
	problems  []problem
}

// decodable values read themselves.
type decodable interface {
	decode(d *decoder, at path, v any)
}

func (d *decoder) problem(at path, format string, args ...any) {
	d.problems = append(d.problems, problem{path: at, message: fmt.Sprintf(format, args...)})
}

func (d *decoder) keyProblem(at path, format string, args ...any) {
	d.problems = append(d.problems, problem{path: at, atKey: true, message: fmt.Sprintf(format, args...)})
}

// decode reads v into the value that target points to.
func (d *decoder) decode(at path, v any, target any) {
	d.value(at, v, reflect.ValueOf(target).Elem())
}

func (d *decoder) value(at path, v any, target reflect.Value) {
	if own, ok := target.Addr().Interface().(decodable); ok {
		own.decode(d, at, v)
		return
	}
	switch target.Kind() {
	case reflect.Struct:
		d.structure(at, v, target)
	case reflect.Map:
		d.mapping(at, v, target)
	case reflect.Slice:
		d.sequence(at, v, target)
	case reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		d.value(at, v, target.Elem())
	case reflect.String:
		target.SetString(d.text(at, v))
	case reflect.Bool:
		target.SetBool(d.boolean(at, v))
	default: // any
		target.Set(reflect.ValueOf(&v).Elem())
	}
}

func (d *decoder) structure(at path, v any, target reflect.Value) {
	fields, ok := v.(map[string]any)
	if !ok {
		d.problem(at, "%s must be a mapping, not %s", whole(at), kind(v))
		return
	}
	known := keys(target.Type())
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field, ok := known[name]
		if !ok {
			d.keyProblem(at.key(name), "%s has no key %q%s", whole(at), name, suggest(name, slices.Collect(maps.Keys(known))))
			continue
		}
		d.value(at.key(name), fields[name], target.Field(field))
	}
}

// whole is how a message calls the mapping at a path; the top of a file has no name.
func whole(at path) string {
	if len(at) == 0 {
		return "the file"
	}
	return at.String()
}

// keys are the fields of a declared struct by their names in YAML.
func keys(t reflect.Type) map[string]int {
	out := map[string]int{}
	for i := range t.NumField() {
		out[t.Field(i).Tag.Get("yaml")] = i
	}
	return out
}

func (d *decoder) mapping(at path, v any, target reflect.Value) {
	entries, ok := v.(map[string]any)
	if !ok {
		d.problem(at, "%s must be a mapping, not %s", whole(at), kind(v))
		return
	}
	target.Set(reflect.MakeMap(target.Type()))
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		entry := reflect.New(target.Type().Elem()).Elem()
		d.value(at.key(name), entries[name], entry)
		target.SetMapIndex(reflect.ValueOf(name), entry)
	}
}

func (d *decoder) sequence(at path, v any, target reflect.Value) {
	list, ok := v.([]any)
	if !ok {
		d.problem(at, "%s must be a list, not %s", at, kind(v))
		return
	}
	target.Set(reflect.MakeSlice(target.Type(), len(list), len(list)))
	for i, e := range list {
		d.value(at.element(i, e), e, target.Index(i))
	}
}

func (d *decoder) text(at path, v any) string {
	s, ok := v.(string)
	if !ok || s == "" {
		d.problem(at, "%s must be a string, not %s", at, kind(v))
	}
	return s
}

// boolean accepts what a variable gives, too: interpolation makes strings.
func (d *decoder) boolean(at path, v any) bool {
	b, ok := asBoolean(v)
	if !ok {
		d.problem(at, "%s must be true or false, not %s", at, kind(v))
	}
	return b
}

// asBoolean is a YAML boolean, or the string that a variable gave for one.
func asBoolean(v any) (b, ok bool) {
	if b, ok = v.(bool); ok {
		return b, true
	}
	return v == "true", v == "true" || v == "false"
}

// number is a YAML number, or the string that a variable gave for one.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		if !decimalForm.MatchString(v) {
			return 0, false
		}
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

// kind says in words what was found.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case map[string]any:
		return "a mapping"
	case []any:
		return "a list"
	case string:
		return strconv.Quote(v)
	default:
		return fmt.Sprint(v)
	}
}
