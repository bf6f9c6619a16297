package project_test

import (
	"context"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

func TestMentionsClocker(t *testing.T) {
	const clocker = "x-clocker: {location: eu}\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  bool
	}{
		{"nowhere", map[string]string{"compose.yaml": oneService}, false},
		{"in a value, or a comment", map[string]string{"compose.yaml": "services: {web: {image: x-clocker}} # x-clocker: {}\n"}, false},
		{"of the project", map[string]string{"compose.yaml": oneService + clocker}, true},
		{"of a service", map[string]string{"compose.yaml": "services: {web: {image: x, x-clocker: {}}}\n"}, true},
		{"escaped", map[string]string{"compose.yaml": oneService + "\"x\\u002dclocker\": {}\n"}, true},
		{"by an anchor", map[string]string{"compose.yaml": "x-a: &a {x-clocker: {}}\nservices: {web: {image: x, <<: *a}}\n"}, true},
		{"in the override", map[string]string{"compose.yaml": oneService, "compose.override.yaml": clocker}, true},
		{"in what is included", map[string]string{"compose.yaml": "include: [a/b.yaml]\n", "a/b.yaml": "include: [c.yaml]\n", "a/c.yaml": clocker}, true},
		{"not in what is included", map[string]string{"compose.yaml": "include: [b.yaml]\n", "b.yaml": oneService}, false},
		{"in what is extended", map[string]string{"compose.yaml": "services: {web: {extends: {file: b.yaml, service: web}}}\n", "b.yaml": "services: {web: {x-clocker: {}}}\n"}, true},
		{"for all that is known, where a file isn't there", map[string]string{"compose.yaml": "include: [b.yaml]\n"}, true},
		{"for all that is known, where a file is elsewhere", map[string]string{"compose.yaml": "include: ['oci://example.com/b']\n"}, true},
		{"for all that is known, where a variable names a file", map[string]string{"compose.yaml": "include: ['${A:-b.yaml}']\n", "b.yaml": oneService}, true},
		{"for all that is known, where it isn't YAML", map[string]string{"compose.yaml": "services: {\n"}, true},
		{"for all that is known, where no file is", nil, true},
		{"in the file that .env names", map[string]string{"compose.yaml": oneService, ".env": "COMPOSE_FILE=b.yaml\n", "b.yaml": clocker}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range c.files {
				write(t, dir, name, content)
			}
			assert.Equal(t, project.MentionsClocker(context.Background(), project.Options{WorkingDir: dir}), c.want)
		})
	}
}

// What Load reads from standard input can't be read twice.
func TestMentionsClockerLeavesStandardInput(t *testing.T) {
	in := &endless{}
	o := project.Options{WorkingDir: t.TempDir(), Files: []string{"-"}, Stdin: in}
	assert.Assert(t, project.MentionsClocker(context.Background(), o))
	assert.Equal(t, in.read, 0)
}
