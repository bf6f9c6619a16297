package project_test

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

func installing(t *testing.T, service string, asWritten bool) (types.ServiceConfig, error) {
	t.Helper()
	p, err := project.Load(t.Context(), project.Options{
		Files: []string{"-"}, Stdin: strings.NewReader("services: {web: {" + service + "}}\n"), Name: "shop", WorkingDir: t.TempDir(), AsWritten: asWritten,
	})
	if err != nil {
		return types.ServiceConfig{}, err
	}
	return p.Services["web"], nil
}

func TestInstalledServicesAreBuiltFromTheirImage(t *testing.T) {
	one, err := installing(t, "image: debian, x-clocker: {image: {commit: 'apt-get update && echo \"a\"'}}", false)
	assert.NilError(t, err)
	assert.Equal(t, one.Build.DockerfileInline, `FROM debian`+"\n"+`RUN ["/bin/sh","-ec","apt-get update \u0026\u0026 echo \"a\""]`+"\n")
	assert.Assert(t, strings.HasPrefix(one.Image, "shop-web:installed-"), one.Image)
	assert.Equal(t, one.PullPolicy, types.PullPolicyNever)

	again, err := installing(t, "image: debian, x-clocker: {image: {commit: ['apt-get update && echo \"a\"']}}", false)
	assert.NilError(t, err)
	assert.Equal(t, again.Image, one.Image)
	for _, other := range []string{
		"image: debian, x-clocker: {image: {commit: [a, b]}}", "image: alpine, x-clocker: {image: {commit: 'apt-get update && echo \"a\"'}}",
	} {
		s, err := installing(t, other, false)
		assert.NilError(t, err)
		assert.Assert(t, s.Image != one.Image, other)
	}
	renewed, err := installing(t, "image: debian, pull_policy: always, x-clocker: {image: {commit: a}}", false)
	assert.NilError(t, err)
	assert.Assert(t, renewed.PullPolicy == types.PullPolicyBuild && renewed.Build.Pull)

	written, err := installing(t, "image: debian, x-clocker: {image: {commit: a}}", true)
	assert.NilError(t, err)
	assert.Assert(t, written.Image == "debian" && written.Build == nil)
}

func TestInstallingThatIsRefused(t *testing.T) {
	for service, want := range map[string]string{
		"build: ., x-clocker: {image: {commit: a}}":       "x-clocker.image.commit has no place beside build: write the steps into the Dockerfile",
		"image: debian, x-clocker: {image: {commit: []}}": "must be a command or a list of commands, not an empty list",
		"image: debian, x-clocker: {image: {commit: 1}}":  "must be a command or a list of commands, not 1",
		"image: debian, x-clocker: {image: {comit: a}}":   `did you mean "commit"`,
	} {
		_, err := installing(t, service, false)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, ":1:")
	}
}
