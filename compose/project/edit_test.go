package project_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

const editFile = "testdata/edit.txtar"

var updateEdits = flag.Bool("update-edits", false, "write what edits make of files into "+editFile)

// edited runs a case's command on its file.
func edited(t *testing.T, path, command string) {
	t.Helper()
	c, err := project.ReadConfig(path)
	assert.NilError(t, err)
	args := strings.Fields(command)
	if args[0] == "remove" {
		_, err = c.RemoveHost(args[1])
	} else {
		_, err = c.AddHost(args[1], hostOf(args[2:]))
	}
	assert.NilError(t, err)
}

func hostOf(args []string) hosts.Host {
	h := hosts.Host{Endpoint: hosts.Endpoint{URL: args[0]}}
	if context, ok := strings.CutPrefix(args[0], "context:"); ok {
		h.Endpoint = hosts.Endpoint{Context: context}
	}
	for _, arg := range args[1:] {
		key, value, _ := strings.Cut(arg, "=")
		if key == "name" {
			h.Name = value
			continue
		}
		h.Labels = map[string]string{key: value}
	}
	return h
}

func TestEditKeepsCommentsAndOrder(t *testing.T) {
	a, err := txtar.ParseFile(editFile)
	assert.NilError(t, err)
	for name, c := range cases(a) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "clocker", "config.yaml")
			before, _ := fileOf(c, "before")
			if before != "" {
				assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				assert.NilError(t, os.WriteFile(path, []byte(before), 0o644))
			}
			command, _ := fileOf(c, "args")
			edited(t, path, command)
			got, err := os.ReadFile(path)
			assert.NilError(t, err)
			info, err := os.Stat(path)
			assert.NilError(t, err)
			assert.Equal(t, info.Mode(), os.FileMode(0o600))
			if *updateEdits {
				i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name+"/before" })
				a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == name+"/after" })
				a.Files = slices.Insert(a.Files, i+1, txtar.File{Name: name + "/after", Data: got})
				return
			}
			want, _ := fileOf(c, "after")
			assert.Equal(t, string(got), want)
		})
	}
	if *updateEdits {
		assert.NilError(t, os.WriteFile(editFile, txtar.Format(a), 0o644))
	}
}

func TestEditRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	const before = "locations:\n  eu:\n    hosts: [ssh://a]\n"
	assert.NilError(t, os.WriteFile(path, []byte(before), 0o600))
	c, err := project.ReadConfig(path)
	assert.NilError(t, err)

	_, err = c.AddHost("us", hostOf([]string{"ssh://a"}))
	assert.ErrorContains(t, err, `there is a host "a" already: `+path+`:3:13`)
	_, err = c.AddHost("us", hostOf([]string{"ssh://user:secret@b"}))
	assert.ErrorContains(t, err, "can't hold a password")
	assert.Assert(t, !strings.Contains(err.Error(), "secret"))
	_, err = c.AddHost("u s", hostOf([]string{"ssh://b"}))
	assert.ErrorContains(t, err, `"u s" can't be a location's name`)
	_, err = c.RemoveHost("aa")
	assert.ErrorContains(t, err, `has no host "aa"; did you mean "a"?`)

	after, err := os.ReadFile(path)
	assert.NilError(t, err)
	assert.Equal(t, string(after), before)
}

func TestEditFollowsALink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "dotfiles.yaml"), filepath.Join(dir, "config.yaml")
	assert.NilError(t, os.WriteFile(target, nil, 0o600))
	assert.NilError(t, os.Symlink(target, link))
	edited(t, link, "add eu ssh://a")
	c, err := project.ReadConfig(target)
	assert.NilError(t, err)
	assert.Equal(t, c.Default, "eu")
}

func TestEditedHostsAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(dir, rapid.StringMatching(`[a-z]{12}`).Draw(rt, "file"))
		defer os.Remove(path)
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zA-Z0-9][a-zA-Z0-9_.-]{0,8}`), 1, 5, rapid.ID[string]).Draw(rt, "names")
		c, err := project.ReadConfig(path)
		assert.NilError(rt, err)
		for _, name := range names {
			label := rapid.String().Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }).Draw(rt, "label")
			h := hosts.Host{Name: name, Endpoint: hosts.Endpoint{URL: "ssh://h"}, Labels: map[string]string{"l": label}}
			c, err = c.AddHost("here", h)
			assert.NilError(rt, err)
			got := c.Locations["here"].Hosts
			assert.DeepEqual(rt, got[len(got)-1].Labels, h.Labels)
			assert.Equal(rt, got[len(got)-1].Name, name)
		}
		for _, name := range names {
			c, err = c.RemoveHost(name)
			assert.NilError(rt, err)
		}
		assert.Equal(rt, len(c.Locations["here"].Hosts), 0)
	})
}
