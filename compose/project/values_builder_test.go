package project_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

func TestIsBuilder(t *testing.T) {
	for text, want := range map[string]bool{
		"tcp://10.0.0.1:1234": true, "tcp://builder:1234": true, "unix:///run/buildkit/buildkitd.sock": true,
		"": false, "default": false, "remote": false, "tcp://builder": false, "tcp://alice:pw@builder:1": false,
		"unix://run/x": false, "unix:///": false, "ssh://builder:1": false, "docker-container://x": false, "tcp://b:1/x": false,
	} {
		assert.Equal(t, project.IsBuilder(text), want, text)
	}
}
