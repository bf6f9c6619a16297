package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/provider"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program is a provider whose answers to metadata and to other commands are
// shell scripts. What it was called with is in the file calls beside it.
func program(t *testing.T, metadata, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "provider")
	content := fmt.Sprintf("#!/bin/sh\nif [ \"$2\" = metadata ]; then\n%s\nexit\nfi\necho \"$@\" >> %s/calls\n%s\n", metadata, filepath.Dir(path), script)
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o700))
	return path
}

func beside(t *testing.T, path, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
	assert.NilError(t, err)
	return strings.TrimSpace(string(content))
}

func call(command string) provider.Call {
	return provider.Call{
		Project: "shop", Service: "db", Kind: "cloud", Command: command, Environ: []string{"PATH=/usr/bin:/bin"},
		Options: map[string][]string{"zone": {"a", "b"}, "size": {"5"}}, Config: []byte(`{"image":"x"}`),
	}
}

func TestAProviderSetsVariablesAndTellsHowFarItIs(t *testing.T) {
	path := program(t, "exit 1", `
printf '%s' '{"type":"info","message":"making\nslowly"}{"type":"debug","message":"d"}'
echo '{"type":"setenv","message":"URL=db://x?a=b"}'
echo '{"type":"rawsetenv","message":"PLAIN=1"}'`)
	var told []string
	c := call("up")
	c.Told = func(text string) { told = append(told, text) }
	v, err := provider.Run(context.Background(), path, c)
	assert.NilError(t, err)
	assert.DeepEqual(t, v, provider.Variables{Prefixed: map[string]string{"URL": "db://x?a=b"}, Raw: map[string]string{"PLAIN": "1"}})
	assert.DeepEqual(t, told, []string{"", "making"})
	assert.Equal(t, beside(t, path, "calls"), "compose --project-name=shop up --size=5 --zone=a --zone=b db")
}

func TestAProviderGetsTheOptionsThatItKnows(t *testing.T) {
	path := program(t, `echo '{"description":"d","up":{"parameters":[{"name":"size","required":true}]}}'`, "")
	_, err := provider.Run(context.Background(), path, call("up"))
	assert.NilError(t, err)
	assert.Equal(t, beside(t, path, "calls"), "compose --project-name=shop up --size=5 db")

	c := call("up")
	delete(c.Options, "size")
	_, err = provider.Run(context.Background(), path, c)
	assert.Error(t, err, `required parameter "size" is missing from provider "cloud" definition`)
}

func TestOnlyAProviderThatKnowsStopIsStopped(t *testing.T) {
	path := program(t, `echo '{"description":"d"}'`, "")
	_, err := provider.Run(context.Background(), path, call("stop"))
	assert.NilError(t, err)
	_, err = os.Stat(filepath.Join(filepath.Dir(path), "calls"))
	assert.ErrorIs(t, err, os.ErrNotExist)

	path = program(t, `echo '{"description":"d","stop":{"parameters":[]}}'`, "")
	_, err = provider.Run(context.Background(), path, call("stop"))
	assert.NilError(t, err)
	assert.Equal(t, beside(t, path, "calls"), "compose --project-name=shop stop db")
}

func TestAProviderMayAskForItsService(t *testing.T) {
	path := program(t, "exit 1", `echo '{"type":"get-service-config"}'; read line; echo "$line" > $(dirname $0)/config`)
	_, err := provider.Run(context.Background(), path, call("up"))
	assert.NilError(t, err)
	assert.Equal(t, beside(t, path, "config"), `{"image":"x"}`)
}

func TestWhatAProviderDoesWrongIsSaid(t *testing.T) {
	for script, want := range map[string]string{
		`echo '{"type":"error","message":"no quota"}'; exec sleep 100`: "no quota",
		`echo '{"type":"publish-endpoint","message":"80=x:1"}'`:        "invalid message from plugin: publish-endpoint",
		`echo '{"type":"setenv","message":"nonsense"}'`:                "invalid message from plugin: nonsense",
		`echo 'not JSON'`:                      "provider cloud: read its output",
		`echo 'the reason' >&2; exit 3`:        "failed to create service provider: exit status 3: the reason",
		`echo '{"type":"get-service-config"}'`: "",
	} {
		started := time.Now()
		_, err := provider.Run(context.Background(), program(t, "exit 1", script), call("up"))
		if want == "" {
			assert.NilError(t, err)
			continue
		}
		assert.ErrorContains(t, err, want)
		assert.Assert(t, time.Since(started) < 20*time.Second, "a provider that failed is not waited for")
	}
}

func TestAProviderEndsWithItsUser(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, err := provider.Run(ctx, program(t, "exit 1", "exec sleep 100"), call("up"))
	assert.ErrorContains(t, err, "killed")
}

func TestModelsArePulledConfiguredAndFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	assert.NilError(t, os.WriteFile(path, []byte(`#!/bin/sh
echo "$@" >> $(dirname $0)/calls
case $1 in
status) echo '{"endpoint":"http://models"}';;
ls) echo '[{"tags":["ai/one"]}]';;
pull) echo 'no such model' >&2; exit 1;;
esac`), 0o700))
	m := provider.Models{Path: path, Environ: []string{"PATH=/usr/bin:/bin"}}
	endpoint, err := m.Endpoint(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, endpoint, "http://models")
	have, err := m.Have(t.Context())
	assert.NilError(t, err)
	assert.DeepEqual(t, have, []string{"ai/one"})
	assert.NilError(t, m.Configure(t.Context(), provider.Model{Ref: "ai/one", ContextSize: 10, RuntimeFlags: []string{"-x"}}))
	assert.ErrorContains(t, m.Pull(t.Context(), provider.Model{Ref: "ai/two"}), "docker model pull: exit status 1: no such model")
	assert.Equal(t, beside(t, path, "calls"), "status --json\nls --json\nconfigure --context-size 10 ai/one -- -x\npull ai/two")
}
