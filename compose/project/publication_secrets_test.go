package project_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// These are what Docker Compose 5.6 asks about for the same files. The keys are
// those of its documentation, and of nobody.
func TestPublicationTellsSecrets(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "compose.yaml", `services:
  web:
    image: busybox
    environment: {DB_PASSWORD: hunter2hunter2, OTHER: "${PW}", AWS: AKIAIOSFODNN7EXAMPLE}
    labels: ["a=ghp_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"]
    env_file: [x.env]
  l:
    image: busybox
    environment: ["SECRET_KEY=abcdabcd1234", "U=https://bob:passw0rd@example.org/"]
    configs: [c, binary, absent]
configs: {c: {file: ./c.conf}, binary: {file: ./binary}, absent: {file: ./absent}}
`)
	write(t, dir, "x.env", "KEY=AKIAIOSFODNN7EXAMPLE\n")
	write(t, dir, "c.conf", "id = AKIAIOSFODNN7EXAMPLE\n")
	write(t, dir, "binary", "\x00\x01\x02\xff\xfe")
	published, err := load(t, project.Options{WorkingDir: dir, AllProfiles: true}).Publish()
	assert.NilError(t, err)
	assert.DeepEqual(t, published.Secrets, []project.Secret{
		{Kind: "URL with password", File: "compose.yaml", Key: "services.l.environment.U"},
		{Kind: "AWS Client ID", File: "compose.yaml", Key: "services.web.environment.AWS"},
		{Kind: "Github authentication", File: "compose.yaml", Key: "services.web.labels.a"},
		{Kind: "AWS Client ID", File: "x.env", Key: "KEY"},
		{Kind: "AWS Client ID", File: "c.conf", Key: "id"},
	})
}
