package scheduler

import (
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
)

func TestUnmet(t *testing.T) {
	pool := []Candidate{
		host("h1", labelled(map[string]string{"disk": "ssd", "zone": "a"})),
		host("h2", labelled(map[string]string{"disk": "hdd", "zone": "a"})),
	}
	pool[0].Host.Hostname = "machine-one"
	pool[1].Host.EngineLabels = map[string]string{"storage": "zfs"}
	for _, c := range []struct {
		constraints []string
		at          int
		why         string
	}{
		{nil, 0, ""},
		{[]string{"node.labels.disk == ssd", "node.hostname != h1"}, 0, ""}, // each is met, if not both by one
		{[]string{"node.labels.disk==ssd", "node.labels.dsik==ssd"}, 1, `no host meets node.labels.dsik==ssd, as none has a label "dsik"; did you mean "disk"?`},
		{[]string{"node.labels.disk==sssd"}, 0, `no host meets node.labels.disk==sssd; did you mean "ssd"?`},
		{[]string{"node.labels.disk==nvme"}, 0, "no host meets node.labels.disk==nvme (hosts have: hdd, ssd)"},
		{[]string{"node.labels.region==eu"}, 0, `no host meets node.labels.region==eu, as none has a label "region" (hosts have: disk, zone)`},
		{[]string{"node.labels.zone!=a"}, 0, "no host meets node.labels.zone!=a, as all have it"},
		{[]string{"engine.labels.storge==zfs"}, 0, `no host meets engine.labels.storge==zfs, as none has a label "storge"; did you mean "storage"?`},
		{[]string{"node.hostname==machine-two"}, 0, `no host meets node.hostname==machine-two; did you mean "machine-one"?`},
		{[]string{"node.hostname==h3"}, 0, `no host meets node.hostname==h3; did you mean "h1"?`},
		{[]string{"node.lables.disk==ssd"}, 0, `placement constraint "node.lables.disk==ssd": there is no key "node.lables.disk"; did you mean "node.labels.disk"?`},
	} {
		t.Run(fmt.Sprint(c.constraints), func(t *testing.T) {
			at, why := Unmet(c.constraints, pool)
			assert.Equal(t, why, c.why)
			assert.Equal(t, at, c.at)
		})
	}
	_, why := Unmet([]string{"node.labels.disk==ssd"}, nil)
	assert.Equal(t, why, `no host meets node.labels.disk==ssd, as none has a label "disk"`)
}
