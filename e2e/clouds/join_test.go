//go:build clouds

package clouds

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
	"github.com/clocker-compose/clocker-compose/hosts/join"
	"github.com/clocker-compose/clocker-compose/hosts/libvirt"
	"github.com/clocker-compose/clocker-compose/hosts/machines"
)

// TestLibvirtJoins has a real machine boot, be given our host key by cloud-init,
// install Docker, and run a container.
func TestLibvirtJoins(t *testing.T) {
	l := hosts.Location{Name: "home", Provider: "libvirt", Template: guestTemplate(hosts.Template{
		"memory": "1GiB", "cpus": 2.0, "disk": "4GiB", "start-timeout": 40 * time.Minute,
	})}
	ctx, cancel := context.WithTimeout(t.Context(), 45*time.Minute)
	defer cancel()
	made := machinesOf(t, l)
	began := time.Now()
	m, err := made.Create(ctx, l, "home-1", "")
	assert.NilError(t, err)
	defer func() { assert.NilError(t, made.Delete(context.WithoutCancel(ctx), l, m)) }()
	h, err := made.Ready(ctx, l, m, func(text string) { t.Logf("%4.0f s %s", time.Since(began).Seconds(), text) })
	assert.NilError(t, err)
	t.Logf("%4.0f s it is a host", time.Since(began).Seconds())

	// No registry is reached from there: an image is made of a program that it has.
	said := shell(ctx, t, h, `tar -C / -c bin/busybox | docker import - tiny && docker run --rm tiny /bin/busybox echo "from $(hostname)"`)
	assert.Assert(t, bytes.HasSuffix(said, []byte("from home-1\n")), "%s", said)
	t.Logf("%4.0f s a container has run", time.Since(began).Seconds())
}

// machinesOf makes hosts of a location's machines, as the program does.
func machinesOf(t *testing.T, l hosts.Location) *machines.Machines {
	t.Helper()
	home := t.TempDir()
	return machines.New(machines.Options{
		Locations: []hosts.Location{l},
		Kinds:     []hosts.ProviderKind{libvirt.Kind()},
		Setup: func(l hosts.Location) hosts.ProviderSetup {
			return hosts.ProviderSetup{Location: l, Variable: os.Getenv, Home: home, Folder: filepath.Join(home, "state")}
		},
		Folder: filepath.Join(home, "ssh"),
		Boot: func(l hosts.Location, authorized []string) (string, string, error) {
			key, err := join.NewHostKey()
			return join.CloudConfig(join.Boot{HostKey: key, AuthorizedKeys: authorized, Setup: join.Setup{Source: join.Distribution}}), key.Fingerprint, err
		},
		Join: func(ctx context.Context, h hosts.Host, _ hosts.Location, tell func(string)) error {
			j := join.New(join.Options{
				Shell:    func(h hosts.Host) (join.Shell, error) { return engine(h) },
				Now:      time.Now,
				Patience: 30 * time.Minute, // for cloud-init, which is at the same
			})
			return j.Join(ctx, h, join.Setup{Source: join.Distribution}, func(f join.Finding) { tell(f.Text) })
		},
	})
}

func engine(h hosts.Host) (*docker.Engine, error) {
	return docker.Open(h, docker.Options{ConnectTimeout: time.Minute, CallTimeout: limit})
}

// shell returns what a command prints on a host.
func shell(ctx context.Context, t *testing.T, h hosts.Host, command string) []byte {
	t.Helper()
	e, err := engine(h)
	assert.NilError(t, err)
	defer e.Close()
	var out, complaints bytes.Buffer
	code, err := e.RunShell(ctx, command, hosts.ShellStreams{Out: &out, Err: &complaints})
	assert.NilError(t, err)
	assert.Equal(t, code, 0, "%s%s", out.String(), complaints.String())
	return out.Bytes()
}
