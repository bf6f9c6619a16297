package names

import (
	"testing"

	"github.com/miekg/dns"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"
)

func TestZoneLabelsAreLabelsAndDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.StringMatching(`[a-zA-Z0-9][a-zA-Z0-9_.-]{0,80}`)
		a, b := names.Draw(t, "a"), names.Draw(t, "b")
		label := zoneLabel(a)
		labels, ok := dns.IsDomainName(label + ".")
		assert.Assert(t, ok && labels == 1, label)
		assert.Equal(t, label == zoneLabel(b), a == b)
	})
}

func TestFQDNIsUndoneInItsZoneOnly(t *testing.T) {
	assert.Equal(t, FQDN("Web", "shop_default"), "web.shop_default.weave.local.")
	assert.Equal(t, nameIn(FQDN("db.example.com", "Shop.net"), "Shop.net"), "db.example.com")
	assert.Equal(t, nameIn(FQDN("web", "shop"), "other"), "")
}
