package container_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
)

const compatibilityPage = "../../docs/compatibility.md"

// Every attribute of the specification that compose-go reads has a row in
// docs/compatibility.md, and every row an attribute.
func TestEveryAttributeHasARow(t *testing.T) {
	rows := readRows(t)
	for section, attributes := range map[string][]string{
		"Project":  leaves(types.Project{}),
		"Services": leaves(types.ServiceConfig{}),
		"Builds":   leaves(types.BuildConfig{}),
		"Networks": leaves(types.NetworkConfig{}),
		"Volumes":  leaves(types.VolumeConfig{}),
		"Configs":  leaves(types.FileObjectConfig{}),
		"Secrets":  leaves(types.FileObjectConfig{}),
	} {
		for _, a := range attributes {
			_, ok := rows[section][a]
			assert.Check(t, ok, "%s: no row for `%s`", section, a)
		}
		for row := range rows[section] {
			assert.Check(t, slices.Contains(attributes, row), "%s: compose-go knows no `%s`", section, row)
		}
	}
}

// Each row says in one of four words what becomes of the attribute, on one host
// and on several.
func TestEveryRowHasAVerdict(t *testing.T) {
	verdict := regexp.MustCompile(`^(works|differs|ignored|refused)\b`)
	for section, rows := range readRows(t) {
		for attribute, cells := range rows {
			assert.Check(t, len(cells) == 2, "%s: `%s` has %d cells", section, attribute, len(cells))
			for _, cell := range cells {
				assert.Check(t, verdict.MatchString(cell), "%s: `%s`: %q", section, attribute, cell)
			}
		}
	}
}

// readRows are the cells of each row of the page, by section and attribute.
func readRows(t *testing.T) map[string]map[string][]string {
	t.Helper()
	page, err := os.ReadFile(compatibilityPage)
	assert.NilError(t, err)
	rows, section := map[string]map[string][]string{}, ""
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "## "); ok {
			section = name
			rows[section] = map[string][]string{}
		}
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		for _, name := range strings.Split(cells[0], ", ") {
			rows[section][strings.Trim(name, "`")] = cells[1:]
		}
	}
	return rows
}

// whole are attributes that are worth one row, whatever is in them.
func whole(attribute string) bool {
	return slices.Contains([]string{
		"build", "ssh", "develop", "provider", "models", "pre_start", "post_start", "pre_stop", "extends",
		"deploy.update_config", "deploy.rollback_config", "credential_spec", "deploy.resources.reservations.generic_resources",
		"services", "networks", "volumes", "configs", "secrets", "jobs",
	}, attribute)
}

// leaves are the paths of the attributes of a compose-go type that hold values.
func leaves(v any) []string {
	var all []string
	top := reflect.TypeOf(v)
	collect(top, "", func(attribute string) bool {
		if top == reflect.TypeFor[types.Project]() {
			return whole(attribute) || !strings.Contains(attribute, ".")
		}
		return whole(attribute) && attribute != "networks" && attribute != "volumes" && attribute != "configs" && attribute != "secrets"
	}, &all)
	slices.Sort(all)
	return all
}

func collect(t reflect.Type, path string, stop func(string) bool, all *[]string) {
	if path != "" && stop(path) || element(t).Kind() != reflect.Struct {
		*all = append(*all, path)
		return
	}
	t = element(t)
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case !f.IsExported() || name == "-" || f.Type == reflect.TypeFor[types.Extensions]():
		case strings.Contains(options, "inline"):
			collect(f.Type, path, stop, all)
		default:
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			collect(f.Type, strings.TrimPrefix(path+"."+name, "."), stop, all)
		}
	}
}

// element is what a list, map or pointer holds.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}
