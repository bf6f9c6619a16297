package gce

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const applicationDefault = `{"type":"authorized_user","client_id":"i","client_secret":"s","refresh_token":"r","quota_project_id":"of-file"}`

func TestAccounts(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, ".config", "gcloud", "application_default_credentials.json")
	assert.NilError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	assert.NilError(t, os.WriteFile(file, []byte(applicationDefault), 0o600))
	broken := filepath.Join(home, "broken.json")
	assert.NilError(t, os.WriteFile(broken, []byte(`{"type":"nonsense"}`), 0o600))
	for _, test := range []struct {
		name     string
		env      map[string]string
		template hosts.Template
		home     string
		project  string
		fault    string
	}{
		{name: "of gcloud", home: home, project: "of-file"},
		{name: "of gcloud's folder", env: map[string]string{"CLOUDSDK_CONFIG": filepath.Dir(file)}, home: "/nowhere", project: "of-file"},
		{name: "of a file", env: map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": file}, home: "/nowhere", project: "of-file"},
		{name: "project of the environment", env: map[string]string{"GOOGLE_CLOUD_PROJECT": "of-env"}, home: home, project: "of-env"},
		{name: "project of the template", env: map[string]string{"GOOGLE_CLOUD_PROJECT": "of-env"}, template: hosts.Template{"project": "mine"}, home: home, project: "mine"},
		{name: "role of the instance", template: hosts.Template{"project": "mine", "instance-role": true}, home: "/nowhere", project: "mine"},
		{name: "no project", env: map[string]string{"CLOUDSDK_AUTH_ACCESS_TOKEN": "t"}, home: "/nowhere", fault: "no Google Cloud project: name one in the template or in GOOGLE_CLOUD_PROJECT"},
		{name: "nothing", home: "/nowhere", fault: `set GOOGLE_APPLICATION_CREDENTIALS, or let "gcloud auth application-default login" keep them in /nowhere/.config/gcloud/application_default_credentials.json`},
		{name: "a broken file", env: map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": broken}, home: home, fault: broken},
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
			assert.Equal(t, got.project, test.project)
			assert.Equal(t, got.endpoint, "https://compute.googleapis.com/compute/v1/")
		})
	}
}
