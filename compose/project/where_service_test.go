package project_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

func TestPathsOfServicesHaveAPlace(t *testing.T) {
	p := loaded(t, project.Options{}, `services:
  web:
    image: web
    volumes: &shared
      - data:/data
      - /srv:/srv:ro
      - type: bind
        source: /opt
        target: /opt
    devices: [/dev/fuse]
  other: {image: web, volumes: *shared}
volumes: {data: {}}
`)
	for _, c := range []struct{ service, attribute, source, want string }{
		{"web", "volumes", "/srv", "compose.yaml:6:9"},
		{"web", "volumes", "/opt", "compose.yaml:7:9"},
		{"web", "devices", "/dev/fuse", "compose.yaml:10:15"},
		{"web", "volumes", "/sr", ""},
		{"web", "volumes", "/other", ""},
		{"nobody", "volumes", "/srv", ""},
	} {
		assert.Equal(t, p.WhereSource(c.service, c.attribute, c.source), c.want, "%v", c)
	}
}
