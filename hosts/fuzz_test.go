package hosts_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// FuzzParseDevices reads any label as devices: counts are never negative, and
// what is written is read as the same.
func FuzzParseDevices(f *testing.F) {
	for _, seed := range []string{"gpu=2,ssd=1", "gpu=-1", "=1", "a=b=3", ",,", "gpu=9223372036854775807,gpu=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := hosts.ParseDevices(text)
		for kind, n := range d {
			assert.Assert(t, n >= 0, "%s=%d of %q", kind, n, text)
		}
		assert.DeepEqual(t, hosts.ParseDevices(d.String()), d)
	})
}

// FuzzParsePlatform reads any text as a platform, and what it writes as the same.
func FuzzParsePlatform(f *testing.F) {
	for _, seed := range []string{"linux/amd64", "linux/arm/v7", "linux", "/", "linux/x86_64/", "a/b/c/d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := hosts.ParsePlatform(text)
		assert.Equal(t, hosts.ParsePlatform(p.String()), p)
	})
}
