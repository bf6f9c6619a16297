//go:build clouds

package clouds

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/poll"
)

// guestFile has room for two machines, so that networks are on the fabric from
// the first one on.
const guestFile = `
services:
  web: {image: nginx, ports: ["8080:80"]}
  client: {image: busybox, command: sleep 1h, init: true}
x-clocker:
  network: {cidr: 10.128.0.0/12} # the machines' own is in the usual one
  locations:
    home:
      provider: libvirt
      template:
        {type: qemu, image: debian-12.qcow2, network: lan, cpus: 2, memory: 1GiB, disk: 4GiB, user: debian, start-timeout: 40m}
      min: %d
      max: 2
      remove-empty: true
`

// TestLibvirtUp begins with a location in which there is nothing, and ends there:
// a real machine boots, is given our host key by cloud-init, installs Docker,
// comes onto the network, and runs services that reach each other.
func TestLibvirtUp(t *testing.T) {
	const emulated = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), emulated)
	defer cancel()
	u := newUser(t, fmt.Sprintf(guestFile, 1))
	t.Cleanup(func() { u.try(context.WithoutCancel(ctx), t, "hosts", "rm", "--force", "home-1") })

	assert.Check(t, is.Contains(u.do(ctx, t, "plan", "--format", "text"), "+ make host home-1"))
	r := u.try(ctx, t, "up", "-d")
	assert.Check(t, is.Contains(r.stderr, "1 machine is to be made: home-1 (size default); confirm it with -y"))
	assert.Check(t, is.Equal(r.code, 1))
	assert.Check(t, is.Len(domains(t), 0))

	u.do(ctx, t, "up", "-d", "-y")
	assert.Check(t, is.Len(domains(t), 1))
	u.eventually(ctx, t, "home-1 ready 2 default running", "hosts", "ls", "--format", "{{.Name}} {{.Status}} {{.CPUs}} {{.Size}} {{.Fabric}}")
	assert.Check(t, is.Contains(u.do(ctx, t, "exec", "-T", "client", "wget", "-qO-", "http://web"), "nginx"))
	assert.Check(t, is.Contains(page(ctx, t, "http://"+address(ctx, t, u)+":8080"), "nginx"))
	assert.Check(t, is.Contains(u.do(ctx, t, "hosts", "exec", "home-1", "id"), "(docker)"))
	assert.Check(t, is.Equal(u.rootLogin(ctx, t, "hostname"), "home-1\n"))
	u.eventually(ctx, t, "home-1: all is well", "hosts", "doctor")
	u.eventually(ctx, t, "nothing to do", "plan", "--format", "text")

	u.do(ctx, t, "down")
	assert.Check(t, is.Len(domains(t), 1), "one is the least")
	u.write(t, fmt.Sprintf(guestFile, 0))
	u.do(ctx, t, "hosts", "autoscale", "--delay", "0s")
	assert.DeepEqual(t, domains(t), []string{})
	assert.DeepEqual(t, volumes(t), []string{"debian-12.qcow2"})
}

// eventually waits until a command succeeds and prints a line: a host under
// emulation that has just started its containers may need longer to answer than
// a command waits for one.
func (u *user) eventually(ctx context.Context, t *testing.T, line string, args ...string) {
	t.Helper()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		r := u.try(ctx, t, args...)
		if r.code != 0 || !strings.Contains(r.stdout, line) {
			return poll.Continue("%s", r)
		}
		return poll.Success()
	}, poll.WithTimeout(15*time.Minute))
}

// address is that of the machine.
func address(ctx context.Context, t *testing.T, u *user) string {
	t.Helper()
	return strings.TrimSpace(u.do(ctx, t, "hosts", "ls", "--format", "{{.Address}}"))
}

func page(ctx context.Context, t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	assert.NilError(t, err)
	answer, err := http.DefaultClient.Do(request)
	assert.NilError(t, err)
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	assert.NilError(t, err)
	return string(content)
}

// rootLogin runs a command on the machine as root, whom the boot lets in beside
// the template's user.
func (u *user) rootLogin(ctx context.Context, t *testing.T, command string) string {
	t.Helper()
	folder := filepath.Join(u.home, ".config/clocker/ssh")
	known, err := filepath.Glob(filepath.Join(folder, "known", "*"))
	assert.NilError(t, err)
	assert.Equal(t, len(known), 1)
	c := exec.CommandContext(ctx, "ssh", "-F", os.DevNull, "-i", filepath.Join(folder, "id_ed25519"), "-o", "BatchMode=yes",
		"-o", "UserKnownHostsFile="+known[0], "root@"+address(ctx, t, u), command)
	out, err := c.CombinedOutput()
	assert.NilError(t, err, "%s", out)
	return string(out)
}
