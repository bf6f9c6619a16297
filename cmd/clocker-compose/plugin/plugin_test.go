package plugin_test

import (
	"encoding/json"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSplit(t *testing.T) {
	for _, c := range []struct{ line, want, program string }{
		{"/p/docker-clocker clocker up -d", "/p/docker-clocker up -d", "docker clocker"},
		{"docker-clocker -H tcp://x:1 --tls clocker up", "docker-clocker -H tcp://x:1 --tls up", "docker clocker"},
		{"docker-clocker --context clocker clocker ps", "docker-clocker --context clocker ps", "docker clocker"},
		{"docker-clocker --host=x -D clocker clocker", "docker-clocker --host=x -D clocker", "docker clocker"},
		{"docker-compose compose -p compose ps", "docker-compose -p compose ps", "docker compose"},
		{"docker-compose up compose", "docker-compose up compose", ""},
		{"docker-compose -p compose up", "docker-compose -p compose up", ""},
		{"docker-clocker -Htcp://x:1 -D=false clocker up", "docker-clocker -Htcp://x:1 -D=false up", "docker clocker"},
		{"docker-compose help compose up", "docker-compose help up", "docker compose"},
		{"docker-compose help up", "docker-compose help up", ""},
		{"clocker-compose compose", "clocker-compose compose", ""},
		{"docker-clocker", "docker-clocker", ""},
	} {
		line, program, called := plugin.Split(strings.Fields(c.line))
		assert.Equal(t, strings.Join(line, " "), c.want)
		assert.Equal(t, program, c.program)
		assert.Equal(t, called, c.program != "")
	}
}

func TestMetadata(t *testing.T) {
	var m struct{ SchemaVersion, Vendor, Version, ShortDescription string }
	assert.NilError(t, json.Unmarshal(plugin.Metadata("v1"), &m))
	assert.Equal(t, m.SchemaVersion, "0.1.0")
	assert.Equal(t, m.Version, "v1")
	assert.Assert(t, m.Vendor != "" && m.ShortDescription != "")
}

// TestWatch: the end of the socket is heard of, the plugin's own end is not.
func TestWatch(t *testing.T) {
	address := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", address)
	assert.NilError(t, err)
	defer func() { assert.NilError(t, listener.Close()) }()

	ended := make(chan struct{}, 2)
	stop := plugin.Watch(address, func() { ended <- struct{}{} })
	client, err := listener.Accept()
	assert.NilError(t, err)
	assert.NilError(t, client.Close())
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("the end of the socket was not heard of")
	}
	stop()

	stop = plugin.Watch(address, func() { ended <- struct{}{} })
	client, err = listener.Accept()
	assert.NilError(t, err)
	stop()
	assert.NilError(t, client.Close())
	assert.Equal(t, len(ended), 0)

	plugin.Watch("", nil)()
	plugin.Watch(address+"-gone", nil)()
}
