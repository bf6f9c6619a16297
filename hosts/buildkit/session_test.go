package buildkit

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/cli/cli/config/types"
	"github.com/moby/buildkit/session/auth"
	"github.com/moby/buildkit/session/secrets"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestSecretsAreReadWhenTheyAreAskedFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pw")
	store := secretStore{{ID: "file", File: file}, {ID: "value", Value: "v"}}
	_, err := store.GetSecret(t.Context(), "file")
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.NilError(t, os.WriteFile(file, []byte("later"), 0o600))
	got, err := store.GetSecret(t.Context(), "file")
	assert.NilError(t, err)
	assert.Equal(t, string(got), "later")
	got, err = store.GetSecret(t.Context(), "value")
	assert.NilError(t, err)
	assert.Equal(t, string(got), "v")
	_, err = store.GetSecret(t.Context(), "other")
	assert.ErrorIs(t, err, secrets.ErrNotFound)
}

func TestLoginsAreAskedForOneByOne(t *testing.T) {
	l := &logins{of: func(registry string) (types.AuthConfig, error) {
		switch registry {
		case "docker.io":
			return types.AuthConfig{Username: "me", Password: "hub"}, nil
		case "r.example":
			return types.AuthConfig{IdentityToken: "token"}, nil
		}
		return types.AuthConfig{}, errors.New("the helper failed")
	}}
	got, err := l.Credentials(t.Context(), &auth.CredentialsRequest{Host: "registry-1.docker.io"})
	assert.NilError(t, err)
	assert.Equal(t, got.Username+":"+got.Secret, "me:hub")
	got, err = l.Credentials(t.Context(), &auth.CredentialsRequest{Host: "r.example"})
	assert.NilError(t, err)
	assert.Equal(t, got.Username+":"+got.Secret, ":token")
	_, err = l.Credentials(t.Context(), &auth.CredentialsRequest{Host: "other"})
	assert.Error(t, err, "find the login for other: the helper failed")
}

func TestSSHKeysOfOneNameGoTogether(t *testing.T) {
	got := agentConfigs([]hosts.BuildSSH{{ID: "a", Path: "1"}, {ID: "b", Path: "2"}, {ID: "a", Path: "3"}})
	assert.Equal(t, len(got), 2)
	assert.DeepEqual(t, got[0].Paths, []string{"1", "3"})
	dir := t.TempDir()
	agent, err := new(net.ListenConfig).Listen(context.Background(), "unix", filepath.Join(dir, "agent"))
	assert.NilError(t, err)
	defer agent.Close()
	b := New("h", nil, Options{})
	all, err := b.attachables(hosts.BuildSpec{SSH: []hosts.BuildSSH{{ID: "default", Path: filepath.Join(dir, "agent")}}})
	assert.NilError(t, err)
	assert.Equal(t, len(all), 2)
	_, err = b.attachables(hosts.BuildSpec{SSH: []hosts.BuildSSH{{ID: "default", Path: filepath.Join(dir, "absent")}}})
	assert.ErrorContains(t, err, "use ssh: ")
}
