package openstack

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// credentials are how a cloud is logged in to.
type credentials struct {
	auth     gophercloud.AuthOptions
	endpoint gophercloud.EndpointOpts
	tls      *tls.Config
}

// findCredentials looks where OpenStack's own client does: in clouds.yaml for
// the cloud that the template or OS_CLOUD names, else in the variables.
func findCredentials(setup hosts.ProviderSetup) (credentials, error) {
	from := setup.Location.Template
	named := cmp.Or(from.Text(optionCloud), setup.Variable("OS_CLOUD"))
	settings := []clouds.ParseOption{
		clouds.WithRegion(cmp.Or(from.Text("region"), setup.Variable("OS_REGION_NAME"))),
		clouds.WithEndpointType(cmp.Or(setup.Variable("OS_INTERFACE"), setup.Variable("OS_ENDPOINT_TYPE"))),
	}
	if named == "" {
		return credentialsOfVariables(setup.Variable, settings)
	}
	files := cloudsFiles(setup)
	if !anyExists(files) {
		return credentials{}, fmt.Errorf("cloud %s: there is no clouds.yaml: write one to %s, or let OS_CLIENT_CONFIG_FILE name it", named, files[len(files)-2])
	}
	found, err := parse(append(settings, clouds.WithCloudName(named), clouds.WithLocations(files...), clouds.WithPublicLocations(publicFiles(files)...)))
	if err != nil {
		return credentials{}, fmt.Errorf("cloud %s: read clouds.yaml: %w", named, err)
	}
	return found, nil
}

// cloudsFiles are where clouds.yaml is looked for; the last but one is the user's.
func cloudsFiles(setup hosts.ProviderSetup) []string {
	if file := setup.Variable("OS_CLIENT_CONFIG_FILE"); file != "" {
		return []string{file, file}
	}
	config := cmp.Or(setup.Variable("XDG_CONFIG_HOME"), filepath.Join(setup.Home, ".config"))
	return []string{
		filepath.Join(setup.Directory, "clouds.yaml"),
		filepath.Join(config, "openstack", "clouds.yaml"),
		"/etc/openstack/clouds.yaml",
	}
}

func publicFiles(files []string) (public []string) {
	for _, f := range files {
		public = append(public, filepath.Join(filepath.Dir(f), "clouds-public.yaml"))
	}
	return public
}

func anyExists(files []string) bool {
	for _, f := range files {
		if _, err := os.Stat(f); err == nil {
			return true
		}
	}
	return false
}

// credentialsOfVariables reads an openrc file's variables. They are handed to
// the reader of clouds.yaml as a cloud, so that both mean the same.
func credentialsOfVariables(variable func(string) string, settings []clouds.ParseOption) (credentials, error) {
	if variable("OS_AUTH_URL") == "" {
		return credentials{}, errors.New("no OpenStack cloud is named: set the template's cloud to a name in clouds.yaml, or OS_CLOUD, or OS_AUTH_URL and the other variables of an openrc file")
	}
	const name = "envvars"
	file, err := json.Marshal(clouds.Clouds{Clouds: map[string]clouds.Cloud{name: cloudOfVariables(variable)}})
	if err != nil {
		return credentials{}, fmt.Errorf("read the variables OS_…: %w", err)
	}
	found, err := parse(append(settings, clouds.WithCloudName(name), clouds.WithCloudsYAML(bytes.NewReader(file))))
	if err != nil {
		return credentials{}, fmt.Errorf("read the variables OS_…: %w", err)
	}
	return found, nil
}

func cloudOfVariables(variable func(string) string) clouds.Cloud {
	return clouds.Cloud{
		CACertFile:     variable("OS_CACERT"),
		ClientCertFile: variable("OS_CERT"),
		ClientKeyFile:  variable("OS_KEY"),
		AuthInfo: &clouds.AuthInfo{
			AuthURL:                     variable("OS_AUTH_URL"),
			Token:                       variable("OS_TOKEN"),
			Username:                    variable("OS_USERNAME"),
			UserID:                      cmp.Or(variable("OS_USER_ID"), variable("OS_USERID")),
			Password:                    variable("OS_PASSWORD"),
			ApplicationCredentialID:     variable("OS_APPLICATION_CREDENTIAL_ID"),
			ApplicationCredentialName:   variable("OS_APPLICATION_CREDENTIAL_NAME"),
			ApplicationCredentialSecret: variable("OS_APPLICATION_CREDENTIAL_SECRET"),
			ProjectName:                 cmp.Or(variable("OS_PROJECT_NAME"), variable("OS_TENANT_NAME")),
			ProjectID:                   cmp.Or(variable("OS_PROJECT_ID"), variable("OS_TENANT_ID")),
			UserDomainName:              variable("OS_USER_DOMAIN_NAME"),
			UserDomainID:                variable("OS_USER_DOMAIN_ID"),
			ProjectDomainName:           variable("OS_PROJECT_DOMAIN_NAME"),
			ProjectDomainID:             variable("OS_PROJECT_DOMAIN_ID"),
			DomainName:                  variable("OS_DOMAIN_NAME"),
			DomainID:                    variable("OS_DOMAIN_ID"),
		},
	}
}

func parse(settings []clouds.ParseOption) (c credentials, err error) {
	c.auth, c.endpoint, c.tls, err = clouds.Parse(settings...)
	// A token lives for hours, an autoscaler longer.
	c.auth.AllowReauth = c.auth.TokenID == ""
	return c, err
}
