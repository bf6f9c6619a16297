package plan

import (
	"net/netip"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestSlicesShareTheSubnetOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := rapid.IntRange(1, 300).Draw(t, "pool")
		subnet, err := freeSubnet(netip.MustParsePrefix("10.32.0.0/12"), subnetBits(0, pool, rapid.IntRange(0, 60).Draw(t, "containers")), rapid.String().Draw(t, "name"), nil)
		assert.NilError(t, err)
		count := sliceCount(pool)
		assert.Assert(t, count >= 2*pool && count >= minSlices)
		last := netip.Prefix{}
		for i := range count {
			part, err := slice(subnet, count, i)
			assert.NilError(t, err)
			assert.Equal(t, indexOf(subnet, part), i)
			g := gateway(subnet, part)
			assert.Assert(t, part.Contains(g) && subnet.Contains(g) && g != subnet.Addr())
			assert.Assert(t, i == 0 || !last.Overlaps(part))
			last = part
		}
	})
}

func TestFreeSubnetAvoidsWhatIsUsed(t *testing.T) {
	within := netip.MustParsePrefix("10.32.0.0/22")
	rapid.Check(t, func(t *rapid.T) {
		used := []netip.Prefix{netip.MustParsePrefix("10.32.1.77/32")}
		for range 3 {
			p, err := freeSubnet(within, 24, rapid.String().Draw(t, "name"), used)
			assert.NilError(t, err)
			assert.Assert(t, within.Contains(p.Addr()) && !overlapsAny(p, used), "%s of %s", p, used)
			used = append(used, p)
		}
		_, err := freeSubnet(within, 24, "one too many", used)
		assert.ErrorContains(t, err, "every subnet of /24 in 10.32.0.0/22 is taken; set x-clocker.network.cidr to a larger range")
	})
}

func TestFreeSubnetRefusesSizesThatDontFit(t *testing.T) {
	for _, length := range []int{8, 27, 33, -1} {
		_, err := freeSubnet(netip.MustParsePrefix("10.32.0.0/12"), length, "web", nil)
		assert.ErrorContains(t, err, "choose a size from 12 to 26", "/%d", length)
	}
	_, err := freeSubnet(netip.MustParsePrefix("fd00::/48"), 64, "web", nil)
	assert.ErrorContains(t, err, "doesn't fit into fd00::/48")
}

// The slices of hosts stay when others come and go, and one that doesn't
// answer keeps room for its own.
func TestSlicesStay(t *testing.T) {
	s := subnetPlan{count: 4, slices: map[string]int{"h1": 0, "h4": 2}}
	s.share(pool("h1", "-h2", "h3", "h4"))
	assert.DeepEqual(t, s.slices, map[string]int{"h1": 0, "h2": 1, "h3": 3, "h4": 2})
}

func TestSlicesRunOut(t *testing.T) {
	s := subnetPlan{count: 2, slices: map[string]int{}}
	s.share(pool("h1", "h2", "h3"))
	assert.DeepEqual(t, s.slices, map[string]int{"h1": 0, "h2": 1})
}

// pool has hosts by their names; one with a minus doesn't answer.
func pool(names ...string) state.Snapshot {
	var s state.Snapshot
	for _, name := range names {
		h := hosts.Host{Name: strings.TrimPrefix(name, "-"), Status: hosts.Status{Ready: !strings.HasPrefix(name, "-")}}
		s.Observations = append(s.Observations, hosts.Observation{Host: h})
	}
	return s
}

func FuzzIndexOf(f *testing.F) {
	f.Add("10.32.0.0/24", "10.32.0.64/27")
	f.Add("0.0.0.0/0", "255.255.255.255/32")
	f.Fuzz(func(t *testing.T, subnet, part string) {
		s, errS := netip.ParsePrefix(subnet)
		p, errP := netip.ParsePrefix(part)
		if errS != nil || errP != nil || !s.Addr().Is4() || !p.Addr().Is4() || p.Bits() < s.Bits() || !s.Contains(p.Addr()) {
			return
		}
		if i := indexOf(s, p); i < 0 || nth(s.Masked().Addr(), p.Bits(), uint64(i)) != p.Masked() {
			t.Fatalf("%s is number %d of %s", p, i, s)
		}
	})
}
