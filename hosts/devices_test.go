package hosts_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestDevicesAsText(t *testing.T) {
	for _, test := range []struct {
		text string
		want hosts.Devices
		back string
	}{
		{"", nil, ""},
		{"gpu=2,ssd=1", hosts.Devices{"gpu": 2, "ssd": 1}, "gpu=2,ssd=1"},
		{"ssd=1,gpu=0", hosts.Devices{"gpu": 0, "ssd": 1}, "gpu=0,ssd=1"},
		{"vendor.com/class=3", hosts.Devices{"vendor.com/class": 3}, "vendor.com/class=3"},
		{"nonsense,=1,gpu=x,gpu=-1,gpu=1,gpu=1", hosts.Devices{"gpu": 2}, "gpu=2"},
	} {
		got := hosts.ParseDevices(test.text)
		assert.DeepEqual(t, got, test.want)
		assert.Equal(t, got.String(), test.back)
	}
}

func TestDevicesAddUp(t *testing.T) {
	one := hosts.Devices{"gpu": 1}
	sum := one.Add(hosts.Devices{"gpu": 1, "ssd": 2})
	assert.DeepEqual(t, sum, hosts.Devices{"gpu": 2, "ssd": 2})
	assert.DeepEqual(t, one, hosts.Devices{"gpu": 1})
	assert.DeepEqual(t, one.Add(nil), one)
}
