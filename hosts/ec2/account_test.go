package ec2

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// withoutEnvironment keeps the SDK, which reads the environment by itself, from
// what this machine has there.
func withoutEnvironment(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
}

func TestAccounts(t *testing.T) {
	withoutEnvironment(t)
	home := t.TempDir()
	assert.NilError(t, os.Mkdir(filepath.Join(home, ".aws"), 0o700))
	for name, content := range map[string]string{
		"config":      "[default]\nregion = eu-west-1\n[profile work]\nregion = eu-north-1\n",
		"credentials": "[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n[work]\naws_access_key_id = WORK\naws_secret_access_key = s\n",
	} {
		assert.NilError(t, os.WriteFile(filepath.Join(home, ".aws", name), []byte(content), 0o600))
	}
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"}
	for _, test := range []struct {
		name        string
		env         map[string]string
		template    hosts.Template
		home        string
		key, region string
		fault       string
	}{
		{name: "default profile", home: home, key: "DEFAULT", region: "eu-west-1"},
		{name: "profile of the environment", env: map[string]string{"AWS_PROFILE": "work"}, home: home, key: "WORK", region: "eu-north-1"},
		{name: "region of the environment", env: map[string]string{"AWS_PROFILE": "work", "AWS_REGION": "us-east-1"}, home: home, key: "WORK", region: "us-east-1"},
		{name: "profile of the template", env: keys, template: hosts.Template{"profile": "work"}, home: home, key: "WORK", region: "eu-north-1"},
		{name: "keys of the environment", env: keys, template: hosts.Template{"region": "cn-north-1"}, home: home, key: "ENV", region: "cn-north-1"},
		{name: "other files", env: map[string]string{"AWS_CONFIG_FILE": filepath.Join(home, ".aws", "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(home, ".aws", "credentials")}, home: "/nowhere", key: "DEFAULT", region: "eu-west-1"},
		{name: "nothing", home: "/nowhere", template: hosts.Template{"region": "eu-west-1"}, fault: "no credentials for EC2: set AWS_PROFILE"},
		{name: "no region", env: keys, home: "/nowhere", fault: "no region for EC2"},
		{name: "no such profile", template: hosts.Template{"profile": "play"}, home: home, fault: "play"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := findAccount(hosts.ProviderSetup{
				Home: test.home, Variable: func(name string) string { return test.env[name] }, Location: hosts.Location{Template: test.template},
			})
			if test.fault != "" {
				assert.ErrorContains(t, err, test.fault)
				return
			}
			assert.NilError(t, err)
			credentials, err := got.Credentials.Retrieve(t.Context())
			assert.NilError(t, err)
			assert.Equal(t, credentials.AccessKeyID, test.key)
			assert.Equal(t, got.Region, test.region)
		})
	}
}

func TestTheRoleOfAnInstanceIsTakenWhenItIsAskedFor(t *testing.T) {
	withoutEnvironment(t)
	_, err := Kind().Open(hosts.ProviderSetup{
		Home: "/nowhere", Variable: func(string) string { return "" },
		Location: hosts.Location{Template: hosts.Template{"region": "eu-west-1", "instance-role": true}},
	})
	assert.NilError(t, err)
}
