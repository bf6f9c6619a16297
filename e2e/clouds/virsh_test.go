//go:build clouds

package clouds

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// virsh is libvirt's own client, inside of its machine. It returns the lines that it prints.
func virsh(t *testing.T, input string, args ...string) []string {
	t.Helper()
	c := exec.CommandContext(within(t), "./clouds", append([]string{"inside", "libvirt", "virsh", "-q"}, args...)...)
	c.Stdin = strings.NewReader(input)
	out, err := c.CombinedOutput()
	assert.NilError(t, err, "virsh %s: %s", strings.Join(args, " "), out)
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
}

func domains(t *testing.T) []string {
	t.Helper()
	return sorted(virsh(t, "", "list", "--all", "--name"))
}

func volumes(t *testing.T) []string {
	t.Helper()
	return volumesOf(t, "default")
}

func volumesOf(t *testing.T, pool string) []string {
	t.Helper()
	names := []string{}
	virsh(t, "", "pool-refresh", pool)
	for _, line := range virsh(t, "", "vol-list", pool) {
		if fields := strings.Fields(line); len(fields) > 0 {
			names = append(names, fields[0])
		}
	}
	return sorted(names)
}

func sorted(names []string) []string {
	all := append([]string{}, names...)
	slices.Sort(all)
	return all
}

// pretendNeverStarted makes of a machine what a run leaves that dies before it
// has started its domain.
func pretendNeverStarted(t *testing.T, m hosts.Machine) {
	t.Helper()
	virsh(t, "", "destroy", m.ID)
	described := strings.Join(virsh(t, "", "dumpxml", "--inactive", m.ID), "\n")
	virsh(t, strings.Replace(described, `started="true"`, `started="false"`, 1), "define", "/dev/stdin")
}
