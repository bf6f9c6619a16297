package buildkit

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// loader is an engine that loads what it reads, or fails.
type loader struct {
	got        string
	fail       error
	containerd bool
}

func (l *loader) Observe(context.Context) (hosts.Observation, error) {
	return hosts.Observation{Store: hosts.ImageStore{Containerd: l.containerd}}, nil
}

func (l *loader) Hijack(context.Context, string, string, http.Header) (net.Conn, error) {
	return nil, errors.New("not this engine's BuildKit")
}

func (l *loader) LoadImage(_ context.Context, _ string, archive io.Reader) error {
	if l.fail != nil {
		return l.fail
	}
	content, err := io.ReadAll(archive)
	l.got = string(content)
	return err
}

// TestDeliver: the engine gets what was built, and who fails first is blamed.
func TestDeliver(t *testing.T) {
	spec := hosts.BuildSpec{Tags: []string{"a:1"}, Builder: "tcp://127.0.0.1:1"}
	write := func(to io.WriteCloser) error {
		if _, err := io.WriteString(to, "an image"); err != nil {
			return errors.New("build was cut short")
		}
		return to.Close()
	}
	engine := &loader{}
	b := New("h1", engine, Options{})
	assert.NilError(t, b.deliver(t.Context(), spec, write))
	assert.Equal(t, engine.got, "an image")

	err := b.deliver(t.Context(), spec, func(io.WriteCloser) error { return errors.New("no such step") })
	assert.Error(t, err, "no such step")

	full := New("h1", &loader{fail: errors.New("no space left on device")}, Options{})
	assert.Error(t, full.deliver(t.Context(), spec, write), "no space left on device")
}

// TestABuilderThatIsNotFound: what finding it says is what is told, with what to do.
func TestABuilderThatIsNotFound(t *testing.T) {
	spec := hosts.BuildSpec{Tags: []string{"a:1"}, Builder: "mine", Platforms: []string{"linux/arm64"}}
	var steps []string
	b := New("h1", &loader{}, Options{Own: func(_ context.Context, name string, platforms []string, tell func(string)) (Dial, error) {
		tell("starting " + name + " for " + platforms[0])
		return nil, errors.New("reach the builder mine: refused")
	}})
	_, err := b.Build(t.Context(), spec, func(p hosts.BuildProgress) { steps = append(steps, p.Step) })
	assert.ErrorContains(t, err, "host h1: build image a:1: reach the builder mine: refused")
	assert.ErrorContains(t, err, "start its buildkitd there")
	assert.DeepEqual(t, steps, []string{"[internal] starting mine for linux/arm64"})

	_, err = New("h1", &loader{}, Options{}).Build(t.Context(), spec, nil)
	assert.ErrorContains(t, err, "no builders of their own are known here")
}

func TestArchiveForm(t *testing.T) {
	several := hosts.BuildSpec{Platforms: []string{"linux/amd64", "linux/arm64"}}
	for _, c := range []struct {
		spec       hosts.BuildSpec
		containerd bool
		want       string
	}{
		{hosts.BuildSpec{}, true, "docker"},
		{hosts.BuildSpec{Provenance: "false"}, true, "docker"},
		{hosts.BuildSpec{SBOM: "true"}, true, "oci"},
		{several, true, "oci"},
	} {
		form, err := New("h1", &loader{containerd: c.containerd}, Options{}).archiveForm(t.Context(), c.spec)
		assert.NilError(t, err)
		assert.Equal(t, form, c.want)
	}
	_, err := New("h1", &loader{}, Options{}).archiveForm(t.Context(), several)
	assert.ErrorContains(t, err, "leave platforms, provenance and sbom out")
}
