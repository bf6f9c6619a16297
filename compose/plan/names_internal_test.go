package plan

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestTemporaryName(t *testing.T) {
	for name, want := range map[string]string{
		"0123456789ab_shop-web-1":   "shop-web-1",
		"0123456789ab_shop_web_1":   "shop_web_1",
		"shop-web-1":                "",
		"shop_web_1":                "",
		"0123456789AB_shop-web-1":   "",
		"0123456789abc_shop-web-1":  "",
		"0123456789a_shop-web-1":    "",
		"0123456789ag_shop-web-1":   "",
		"0123456789ab_0123_web":     "0123_web",
		"_shop-web-1":               "",
		"0123456789ab-shop_web-1_1": "",
	} {
		id, final, ok := temporaryName(name)
		if want == "" {
			assert.Assert(t, !ok && final == name && id == "", name)
			continue
		}
		assert.Assert(t, ok, name)
		assert.Equal(t, final, want)
		assert.Equal(t, id, name[:12])
	}
}

func FuzzTemporaryName(f *testing.F) {
	f.Add("0123456789ab_shop-web-1")
	f.Add("shop_web_1")
	f.Fuzz(func(t *testing.T, name string) {
		id, final, ok := temporaryName(name)
		if ok && id+"_"+final != name || !ok && final != name {
			t.Fatalf("%q became %q and %q", name, id, final)
		}
	})
}

func TestDependsOn(t *testing.T) {
	for label, want := range map[string]string{
		"":   "",
		"db": "db",
		"db:service_healthy:true,cache:service_started:false": "db cache",
		",,:x,": "",
	} {
		assert.Equal(t, strings.Join(DependsOn(map[string]string{hosts.LabelDependsOn: label}), " "), want, "%q", label)
	}
}

func FuzzDependsOn(f *testing.F) {
	f.Add("db:service_healthy:true,cache:service_started:false")
	f.Fuzz(func(t *testing.T, label string) {
		for _, name := range DependsOn(map[string]string{hosts.LabelDependsOn: label}) {
			if name == "" || strings.ContainsAny(name, ",:") || !strings.Contains(label, name) {
				t.Fatalf("%q has the dependency %q", label, name)
			}
		}
	})
}
