package pin

import (
	"net"
	"net/netip"
	"os"
	"os/exec"
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
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	ns, err := netns.New()
	assert.NilError(t, err)
	t.Cleanup(func() { assert.NilError(t, ns.Close()) })
}

func TestApplyTwice(t *testing.T) {
	namespace(t)
	r := Rules{Prefix: "clkp", Uplink: "up0", Ports: []Port{{
		Link: "clkp1", MAC: net.HardwareAddr{2, 0x42, 10, 32, 0, 5},
		Address: netip.MustParseAddr("10.32.0.5"), Subnet: netip.MustParsePrefix("10.32.0.0/24"),
	}}}
	assert.NilError(t, r.Apply())
	assert.NilError(t, r.Apply())
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skip("needs nft to compare with")
	}
	out, err := exec.Command("nft", "list", "table", "bridge", "clocker").CombinedOutput()
	assert.NilError(t, err, "%s", out)
	assert.Assert(t, strings.Contains(string(out), `"clkp1" . 02:42:0a:20:00:05 . 10.32.0.5`), "%s", out)
	assert.NilError(t, Remove())
	assert.NilError(t, Remove(), "twice is once")
	assert.Assert(t, exec.Command("nft", "list", "table", "bridge", "clocker").Run() != nil)
}
