package digitalocean

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const doctlConfiguration = `access-token: of default
auth-contexts:
  work: of work
context: work
output: text
`

func TestTokens(t *testing.T) {
	write := func(parts ...string) string {
		home := t.TempDir()
		file := filepath.Join(append([]string{home}, parts...)...)
		assert.NilError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		assert.NilError(t, os.WriteFile(file, []byte(doctlConfiguration), 0o600))
		return home
	}
	home := write(".config", "doctl", "config.yaml")
	for _, test := range []struct {
		name    string
		env     map[string]string
		context string
		home    string
		want    string
		fault   string
	}{
		{name: "of the environment", env: map[string]string{"DIGITALOCEAN_ACCESS_TOKEN": "of env"}, home: home, want: "of env"},
		{name: "of the active context", home: home, want: "of work"},
		{name: "of the default context", context: "default", home: home, want: "of default"},
		{name: "of the environment's context", env: map[string]string{"DIGITALOCEAN_CONTEXT": "default"}, home: home, want: "of default"},
		{name: "of the template's context", env: map[string]string{"DIGITALOCEAN_ACCESS_TOKEN": "of env"}, context: "work", home: home, want: "of work"},
		{name: "of another folder", env: map[string]string{"XDG_CONFIG_HOME": filepath.Join(home, ".config")}, home: t.TempDir(), want: "of work"},
		{name: "of a snap", home: write("snap", "doctl", "current", ".config", "doctl", "config.yaml"), want: "of work"},
		{name: "of a Mac", home: write("Library", "Application Support", "doctl", "config.yaml"), want: "of work"},
		{name: "none", home: "/nowhere", fault: `set DIGITALOCEAN_ACCESS_TOKEN, or let "doctl auth init" keep one in /nowhere/.config/doctl/config.yaml`},
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
	home := t.TempDir()
	file := filepath.Join(home, ".config", "doctl", "config.yaml")
	assert.NilError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	assert.NilError(t, os.WriteFile(file, []byte("context: ["), 0o600))
	_, err := Kind().Open(hosts.ProviderSetup{Home: home, Variable: func(string) string { return "" }})
	assert.ErrorContains(t, err, file)
}
