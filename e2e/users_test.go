//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

const mappedFile = `
services:
  web:
    build: {dockerfile_inline: "FROM busybox\nRUN echo of %[1]s > /built && chown 1000 /built"}
    command: sleep 1000
    init: true
    deploy: {mode: global}
    volumes: [data:/data, ./conf:/conf]
volumes: {data: {}}
x-clocker: {build: {host: %[1]s}}
`

// An engine that maps its containers' users to others has the network, the images, the files and the volumes as any.
func TestEngineThatMapsUsers(t *testing.T) {
	l := raise(t, "users", "20", 2, "tls", "ssh")
	t.Cleanup(func() { l.reportIfFailed(t) })
	l.Host(2).mapUsers(t)
	p := l.Project(t, "")
	p.File(t, "conf/word", "shipped\n")
	in := func(index, command string) string {
		t.Helper()
		return p.Do(t, "exec", "-T", "--index", index, "web", "sh", "-c", command).Stdout
	}
	for _, builder := range []string{"h1", "h2"} {
		p.Write(t, fmt.Sprintf(mappedFile, builder))
		p.Do(t, "up", "-d", "--build")
		for _, index := range []string{"1", "2"} {
			assert.Check(t, is.Equal(in(index, "cat /built /conf/word; stat -c %u /built /conf/word"), "of "+builder+"\nshipped\n1000\n0\n"))
			assert.Check(t, is.Equal(in(index, "echo kept > /data/x; stat -c %u /data/x"), "0\n"))
			in(index, "ping -c 1 -w 20 "+p.Name+"-web-1 && ping -c 1 -w 20 "+p.Name+"-web-2")
		}
	}
	assert.Check(t, is.DeepEqual(strings.Fields(in("2", "cat /proc/self/uid_map")), []string{"0", "165536", "65536"}))
}

// mapUsers makes the host's engine map the users of containers to those that the host has for nobody.
func (h Host) mapUsers(t *testing.T) {
	t.Helper()
	_, err := h.Run("sh", "-c", `for kind in uid gid; do
  echo nobody:165536:65536 >/run/sub$kind; echo nogroup:165536:65536 >>/run/sub$kind
  touch /etc/sub$kind && mount --bind /run/sub$kind /etc/sub$kind || exit
done`)
	assert.NilError(t, err)
	assert.NilError(t, os.Chmod(h.lab.state(""), 0o711)) //nolint:gosec // the other users have to get to their folders
	settings := h.lab.state("hosts/" + h.name + "/daemon.json")
	assert.NilError(t, os.WriteFile(settings, []byte(`{"userns-remap": "nobody:nogroup"}`), 0o600))
	h.RestartEngine(t)
	assert.Check(t, is.Contains(h.Docker(t, "info", "--format", "{{.SecurityOptions}}"), "name=userns"))
}
