package hetzner

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const cliConfiguration = `active_context = "work"

[[contexts]]
name = "work"
token = "of work"

[[contexts]]
name = "home"
token = "of home"
`

func TestTokens(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, ".config", "hcloud", "cli.toml")
	assert.NilError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	assert.NilError(t, os.WriteFile(file, []byte(cliConfiguration), 0o600))
	for _, test := range []struct {
		name    string
		env     map[string]string
		context string
		home    string
		want    string
		fault   string
	}{
		{name: "of the environment", env: map[string]string{"HCLOUD_TOKEN": "of env"}, home: home, want: "of env"},
		{name: "of the active context", home: home, want: "of work"},
		{name: "of the environment's context", env: map[string]string{"HCLOUD_CONTEXT": "home"}, home: home, want: "of home"},
		{name: "of the template's context", env: map[string]string{"HCLOUD_TOKEN": "of env"}, context: "home", home: home, want: "of home"},
		{name: "of another file", env: map[string]string{"HCLOUD_CONFIG": file}, home: t.TempDir(), want: "of work"},
		{name: "of another folder", env: map[string]string{"XDG_CONFIG_HOME": filepath.Join(home, ".config")}, home: t.TempDir(), want: "of work"},
		{name: "none", home: "/nowhere", fault: `set HCLOUD_TOKEN, or let "hcloud context create" keep one in /nowhere/.config/hcloud/cli.toml`},
		{name: "of no such context", context: "play", home: home, fault: `no context "play" with a token in`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := findToken(hosts.ProviderSetup{
				Home: test.home, Variable: func(name string) string { return test.env[name] },
				Location: hosts.Location{Template: hosts.Template{"context": test.context}},
			})
			assert.Equal(t, got, test.want)
			if test.fault != "" {
				assert.ErrorContains(t, err, test.fault)
			}
		})
	}
}

func TestABadConfigurationIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cli.toml")
	variable := func(name string) string { return map[string]string{"HCLOUD_CONFIG": file}[name] }
	for content, want := range map[string]string{"active_context = [": file, "": "no context is active in " + file} {
		assert.NilError(t, os.WriteFile(file, []byte(content), 0o600))
		_, err := Kind().Open(hosts.ProviderSetup{Variable: variable})
		assert.ErrorContains(t, err, want)
	}
}
