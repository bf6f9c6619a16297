package fake_test

import (
	"context"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func TestCloudInMemory(t *testing.T) { conformance.Providers(t, suiteOf(fake.NewCloud())) }

func TestCloudInFile(t *testing.T) {
	pool, err := fake.Open(t.TempDir())
	assert.NilError(t, err)
	conformance.Providers(t, suiteOf(pool.Cloud()))
}

func suiteOf(c *fake.Cloud) conformance.Cloud {
	return conformance.Cloud{
		Open:     func(*testing.T, hosts.Location) (hosts.Provider, error) { return c, nil },
		Template: hosts.Template{"size": "small"},
		Wrong: map[string]hosts.Template{
			"size huge":  {"size": "huge"},
			"image beos": {"image": "beos"},
		},
		Limit: func(_ *testing.T, n int) { c.Limit(n) },
		Lose: func(*testing.T) {
			c.Heal()
			c.Inject(fake.Fault{Method: "Create", Nth: 1, Kind: fake.Unreachable, After: true})
		},
	}
}

func TestCloudsMachinesAreEngines(t *testing.T) {
	ctx := context.Background()
	cloud := fake.NewCloud()
	cloud.Inject(fake.Fault{Method: "Boot", Object: "eu-2", Kind: fake.Broken, Text: "no disk"})
	cloud.Inject(fake.Fault{Method: "Boot", Object: "eu-3", Delay: time.Hour})
	eu := hosts.Location{Name: "eu"}
	for _, name := range []string{"eu-1", "eu-2", "eu-3"} {
		_, err := cloud.Create(ctx, hosts.Order{Location: eu, Name: name, Size: "small"})
		assert.NilError(t, err)
	}
	all, err := cloud.List(ctx, eu)
	assert.NilError(t, err)
	assert.Equal(t, all[0].State, hosts.MachineRunning)
	assert.Equal(t, all[1].State, hosts.MachineBroken)
	assert.Equal(t, all[1].Fault, "no disk")
	assert.Equal(t, all[2].State, hosts.MachineMaking)

	o, err := cloud.Engine(hosts.Host{Name: "eu-1", Location: "eu"}).Observe(ctx)
	assert.NilError(t, err)
	assert.Equal(t, o.Host.Capacity.NanoCPUs, int64(2e9))
	for _, name := range []string{"eu-2", "eu-3", "eu-4"} {
		_, err := cloud.Engine(hosts.Host{Name: name, Location: "eu"}).Observe(ctx)
		assert.ErrorIs(t, err, hosts.ErrUnreachable)
	}

	assert.NilError(t, cloud.Engine(hosts.Host{Name: "eu-1", Location: "eu"}).CreateVolume(ctx, hosts.VolumeSpec{Name: "data"}))
	assert.NilError(t, cloud.Delete(ctx, all[0]))
	_, err = cloud.Create(ctx, hosts.Order{Location: eu, Name: "eu-1"})
	assert.NilError(t, err)
	o, err = cloud.Engine(hosts.Host{Name: "eu-1", Location: "eu"}).Observe(ctx)
	assert.NilError(t, err)
	assert.Equal(t, len(o.Volumes), 0, "a new machine has nothing of the old one")
}
