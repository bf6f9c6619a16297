package project_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

const errorsFile = "testdata/errors.txtar"

var updateErrors = flag.Bool("update-errors", false, "write what Load says into "+errorsFile)

// rented makes machines, as far as a location's words go.
func rented() hosts.ProviderKind {
	return hosts.ProviderKind{Name: "rented", Options: []hosts.Option{
		{Name: "network", Type: hosts.OptionText, Required: true, Help: "The network that machines are in."},
		{Name: "tier", Type: hosts.OptionText, Values: []string{"spot", "standard"}},
		{Name: "disk", Type: hosts.OptionNumber},
		{Name: "public", Type: hosts.OptionBool},
		{Name: "tags", Type: hosts.OptionMapping},
	}}
}

// cases splits an archive by the first folder of its files.
func cases(a *txtar.Archive) map[string]*txtar.Archive {
	out := map[string]*txtar.Archive{}
	for _, f := range a.Files {
		name, file, _ := strings.Cut(f.Name, "/")
		if out[name] == nil {
			out[name] = &txtar.Archive{}
		}
		out[name].Files = append(out[name].Files, txtar.File{Name: file, Data: f.Data})
	}
	return out
}

func fileOf(a *txtar.Archive, name string) (string, bool) {
	i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return "", false
	}
	return string(a.Files[i].Data), true
}

func TestErrorsSayWhatIsWrongAndWhere(t *testing.T) {
	a, err := txtar.ParseFile(errorsFile)
	assert.NilError(t, err)
	for name, c := range cases(a) {
		t.Run(name, func(t *testing.T) {
			dir := unpack(t, c)
			_, err := project.Load(context.Background(), project.Options{
				WorkingDir: dir,
				Environ:    []string{"DB_PASSWORD=hunter22"},
				Strategies: catalog{},
				Config:     &project.Config{},
				Providers:  []hosts.ProviderKind{rented()},
			})
			assert.Assert(t, err != nil)
			got := strings.ReplaceAll(err.Error(), dir, "/DIR") + "\n"
			assert.Assert(t, !strings.Contains(got, "hunter22"), got)
			if *updateErrors {
				a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == name+"/error" })
				a.Files = append(a.Files, txtar.File{Name: name + "/error", Data: []byte(got)})
				return
			}
			want, _ := fileOf(c, "error")
			assert.Equal(t, got, want)
		})
	}
	if *updateErrors {
		slices.SortStableFunc(a.Files, func(x, y txtar.File) int {
			return strings.Compare(filepath.Dir(x.Name+"/x"), filepath.Dir(y.Name+"/x"))
		})
		assert.NilError(t, os.WriteFile(errorsFile, txtar.Format(a), 0o644))
	}
}
