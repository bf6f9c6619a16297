package libvirt

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestShapes(t *testing.T) {
	wanted, err := readTemplate(hosts.Template{
		"image": "x", "cpus": 2.0, "memory": "2GiB", "disk": "20GiB",
		"sizes": map[string]string{"small": "1 512MiB", "large": "8 16GiB 100GiB"},
	})
	assert.NilError(t, err)
	for size, want := range map[string]shape{
		"":      {2, 2 << 30, 20 << 30},
		"small": {1, 512 << 20, 0},
		"large": {8, 16 << 30, 100 << 30},
	} {
		got, err := wanted.shapeOf(size)
		assert.NilError(t, err)
		assert.Equal(t, got, want)
	}
	_, err = wanted.shapeOf("huge")
	assert.Error(t, err, "size huge: the template's sizes are large, small")
}

func TestWrongTemplates(t *testing.T) {
	for words, from := range map[string]hosts.Template{
		"the template has no image: name a volume of the pool, or the path of a file on the hypervisor": {},
		"memory: invalid size: 'much'":                                                                    {"image": "x", "memory": "much"},
		"memory: 1MiB is too little for a machine":                                                        {"image": "x", "memory": "1MiB"},
		"disk: invalid size: 'big'":                                                                       {"image": "x", "disk": "big"},
		"1.5 isn't a number of CPUs":                                                                      {"image": "x", "cpus": 1.5},
		"size small: the template has no sizes":                                                           {"image": "x", "size": "small"},
		`sizes: small: "1" isn't CPUs, memory and disk, such as 2 4GiB 20GiB`:                             {"image": "x", "sizes": map[string]string{"small": "1"}},
		`sizes: small: "one" isn't a number of CPUs`:                                                      {"image": "x", "sizes": map[string]string{"small": "one 1GiB"}},
		"sizes: small: disk: invalid size: 'big'":                                                         {"image": "x", "sizes": map[string]string{"small": "1 1GiB big"}},
		`uri "xen:///system": it has to be qemu:///system or qemu+ssh://USER@HOST/system`:                 {"image": "x", "uri": "xen:///system"},
		`uri "qemu://far/system": the daemon of another machine is reached by SSH: qemu+ssh://far/system`: {"image": "x", "uri": "qemu://far/system"},
	} {
		_, err := Kind().Open(hosts.ProviderSetup{Location: hosts.Location{Template: from}, Variable: func(string) string { return "" }})
		assert.Error(t, err, words)
	}
}

func TestDaemon(t *testing.T) {
	for uri, open := range map[string]string{
		"qemu:///system":                           "qemu:///system",
		"qemu+unix:///session?socket=/tmp/s":       "qemu:///session",
		"qemu+ssh://alice@far:2222/system":         "qemu:///system",
		"qemu+ssh://far/system?socket=/run/it's/s": "qemu:///system",
	} {
		d, err := parseDaemon(uri)
		assert.NilError(t, err)
		assert.Equal(t, string(d.open), open)
	}
}

func TestSizes(t *testing.T) {
	wanted, err := readTemplate(hosts.Template{"image": "x", "sizes": map[string]string{"b": "2 2GiB", "a": "1 1GiB"}})
	assert.NilError(t, err)
	sizes, err := (&Provider{template: wanted}).Sizes(t.Context(), hosts.Location{})
	assert.NilError(t, err)
	assert.DeepEqual(t, sizes, []hosts.Size{
		{Name: "a", Resources: hosts.Resources{NanoCPUs: 1e9, MemoryBytes: 1 << 30}},
		{Name: "b", Resources: hosts.Resources{NanoCPUs: 2e9, MemoryBytes: 2 << 30}},
	})
}
