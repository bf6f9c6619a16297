package libvirt

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func opened(t *testing.T, uri string) hosts.Provider {
	t.Helper()
	p, err := Kind().Open(hosts.ProviderSetup{
		Location: hosts.Location{Name: "home", Template: hosts.Template{"image": "x"}},
		Variable: func(name string) string { return map[string]string{"LIBVIRT_DEFAULT_URI": uri}[name] },
	})
	assert.NilError(t, err)
	return p
}

func TestNobodyListens(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "none")
	_, err := opened(t, "qemu:///system?socket="+socket).List(t.Context(), hosts.Location{Name: "home"})
	assert.ErrorContains(t, err, "connect to libvirt at qemu:///system?socket="+socket)
	assert.ErrorContains(t, err, "no such file or directory")
}

// TestSilentDaemon takes connections and says nothing.
func TestSilentDaemon(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	assert.NilError(t, err)
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = opened(t, "qemu:///system?socket="+socket).List(ctx, hosts.Location{Name: "home"})
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}
