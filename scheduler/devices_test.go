package scheduler

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestDevicesAreDrawnDown(t *testing.T) {
	pool := []Candidate{
		host("h1", having(hosts.Devices{"gpu": 3}, hosts.Devices{"gpu": 1})), host("h2"), host("h3", having(hosts.Devices{"gpu": 1}, nil)),
	}
	decisions, err := Place(tasks("train", 4, reservingDevices(hosts.Devices{"gpu": 1})), pool)
	assert.Equal(t, chosen(decisions), "train-1@h1 train-2@h3 train-3@h1 train-4-")
	assert.ErrorContains(t, err, "no host for train-4: 2 of 3 hosts lack gpu (need 1), 1 has no gpu; ")
	assert.DeepEqual(t, pool[0].Devices, hosts.Devices{"gpu": 1})
}

func TestAGroupNeedsItsDevicesTogether(t *testing.T) {
	pool := []Candidate{host("h1", having(hosts.Devices{"gpu": 1}, nil)), host("h2", having(hosts.Devices{"gpu": 2}, nil))}
	pair := append(
		tasks("a", 1, grouped("g"), reservingDevices(hosts.Devices{"gpu": 1})),
		tasks("b", 1, grouped("g"), reservingDevices(hosts.Devices{"gpu": 1}))...)
	decisions, err := Place(pair, pool)
	assert.NilError(t, err)
	assert.Equal(t, chosen(decisions), "a-1@h2 b-1@h2")
}

func TestClaims(t *testing.T) {
	c := NewCatalog()
	alone, against := c.Claims(task("web", 1, with("exclusive", nil, "affinity", []any{"not service db", "service cache", "prefer not service x", "not project bank", "not empty"})))
	assert.Assert(t, alone)
	assert.DeepEqual(t, against, []Objection{{"shop/web", "shop", "db"}, {"shop/web", "bank", "*"}})
	alone, against = c.Claims(task("web", 1, with("max-containers", 3)))
	assert.Assert(t, !alone && against == nil)
}
