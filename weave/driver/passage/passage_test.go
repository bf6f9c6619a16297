package passage

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/vishvananda/netns"
	"gotest.tools/v3/assert"
)

// namespace runs the test in a network namespace of its own.
func namespace(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: makes a network namespace")
	}
	if _, err := exec.LookPath("iptables-nft"); err != nil {
		t.Skip("needs iptables-nft to compare with")
	}
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	ns, err := netns.New()
	assert.NilError(t, err)
	t.Cleanup(func() { assert.NilError(t, ns.Close()) })
}

func iptables(t *testing.T, arguments ...string) string {
	t.Helper()
	out, err := exec.Command("iptables-nft", arguments...).CombinedOutput()
	assert.NilError(t, err, "%s", out)
	return string(out)
}

const accepting = `-A DOCKER-USER -i clocker0 -o clocker0 -m comment --comment "clocker clocker0" -j ACCEPT`

func TestRuleIsOneThatIptablesUnderstands(t *testing.T) {
	namespace(t)
	iptables(t, "-N", "DOCKER-USER")
	iptables(t, "-A", "FORWARD", "-j", "DOCKER-USER")
	iptables(t, "-A", "DOCKER-USER", "-j", "RETURN")
	assert.NilError(t, Ensure("clocker0"))
	assert.NilError(t, Ensure("clocker0"))
	rules := iptables(t, "-S", "DOCKER-USER")
	assert.Equal(t, strings.Count(rules, accepting), 1, rules)
	assert.Assert(t, strings.Index(rules, "ACCEPT") < strings.Index(rules, "RETURN"), rules)

	assert.NilError(t, Remove("clocker0"))
	assert.Assert(t, !strings.Contains(iptables(t, "-S", "DOCKER-USER"), "clocker"))
}

func TestFilterWithoutDocker(t *testing.T) {
	namespace(t)
	iptables(t, "-P", "FORWARD", "DROP")
	assert.NilError(t, Ensure("clocker0", "weave"))
	assert.Equal(t, strings.Count(iptables(t, "-S", "FORWARD"), "ACCEPT"), 2)
}

func TestNoFilterIsNoError(t *testing.T) {
	namespace(t)
	assert.NilError(t, Ensure("clocker0"))
}

func TestLegacyIsWhereOnlyTheOldFilterStands(t *testing.T) {
	namespace(t)
	tables := filepath.Join(t.TempDir(), "ip_tables_names")
	old, err := Legacy(tables)
	assert.Assert(t, err == nil && !old)
	assert.NilError(t, os.WriteFile(tables, []byte("nat\nfilter\n"), 0o600))
	old, err = Legacy(tables)
	assert.Assert(t, err == nil && old)
	iptables(t, "-P", "FORWARD", "DROP")
	old, err = Legacy(tables)
	assert.Assert(t, err == nil && !old)
}
