package gce

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const scope = "https://www.googleapis.com/auth/compute"

// account is who asks, for which project, and where.
type account struct {
	tokens            oauth2.TokenSource
	project, endpoint string
}

// findAccount takes credentials from where Google's own tools would: the
// environment, or the application default credentials that gcloud keeps.
func findAccount(s hosts.ProviderSetup) (account, error) {
	tokens, ofFile, err := findTokens(s)
	if err != nil {
		return account{}, err
	}
	project := cmp.Or(s.Location.Template.Text("project"), s.Variable("GOOGLE_CLOUD_PROJECT"), s.Variable("CLOUDSDK_CORE_PROJECT"), ofFile)
	if project == "" {
		return account{}, fmt.Errorf("location %s: no Google Cloud project: name one in the template or in GOOGLE_CLOUD_PROJECT", s.Location.Name)
	}
	return account{tokens, project, cmp.Or(s.Variable("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE"), "https://compute.googleapis.com/compute/v1/")}, nil
}

// findTokens returns what gives tokens, and the project that its file names.
func findTokens(s hosts.ProviderSetup) (oauth2.TokenSource, string, error) {
	if token := s.Variable("CLOUDSDK_AUTH_ACCESS_TOKEN"); token != "" {
		return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}), "", nil
	}
	file := credentialsFile(s)
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.Location.Template.Bool("instance-role"):
		return google.ComputeTokenSource("", scope), "", nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", fmt.Errorf("no credentials for Google Cloud: set GOOGLE_APPLICATION_CREDENTIALS, or let \"gcloud auth application-default login\" keep them in %s; on an instance with a service account, say instance-role: true in the template", file)
	case err != nil:
		return nil, "", fmt.Errorf("read Google's credentials: %w", err)
	}
	tokens, project, err := tokensOf(data)
	if err != nil {
		return nil, "", fmt.Errorf("read Google's credentials %s: %w", file, err)
	}
	return tokens, project, nil
}

func tokensOf(data []byte) (oauth2.TokenSource, string, error) {
	var head struct {
		Type    google.CredentialsType `json:"type"`
		Quota   string                 `json:"quota_project_id"`
		Project string                 `json:"project_id"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, "", err
	}
	// The client is that of all tokens to come, and so the context has no end.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Timeout: time.Minute})
	found, err := google.CredentialsFromJSONWithType(ctx, data, head.Type, scope)
	if err != nil {
		return nil, "", err
	}
	return found.TokenSource, cmp.Or(head.Project, head.Quota), nil
}

func credentialsFile(s hosts.ProviderSetup) string {
	if file := s.Variable("GOOGLE_APPLICATION_CREDENTIALS"); file != "" {
		return file
	}
	folder := cmp.Or(s.Variable("CLOUDSDK_CONFIG"), filepath.Join(s.Home, ".config", "gcloud"))
	return filepath.Join(folder, "application_default_credentials.json")
}
