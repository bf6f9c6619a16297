//go:build clouds

package clouds

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
	"github.com/clocker-compose/clocker-compose/hosts/libvirt"
)

func guestTemplate(more hosts.Template) hosts.Template {
	return with(hosts.Template{"image": "debian-12.qcow2", "type": "qemu", "network": "lan", "memory": "512MiB"}, more)
}

func TestLibvirtConformance(t *testing.T) {
	conformance.Providers(t, conformance.Cloud{
		Open: func(t *testing.T, l hosts.Location) (hosts.Provider, error) {
			return open(t, libvirt.Kind(), l)
		},
		Template: guestTemplate(nil),
		Wrong: map[string]hosts.Template{
			"image win95: pool default has no such volume":     guestTemplate(hosts.Template{"image": "win95"}),
			"there is no storage pool attic":                   guestTemplate(hosts.Template{"pool": "attic"}),
			"bytes are less than the":                          guestTemplate(hosts.Template{"disk": "1MiB"}),
			"Network not found: no network with matching name": guestTemplate(hosts.Template{"network": "wan"}),
		},
		Many:     3, // there are no pages, and each is a process
		Patience: limit,
	})
	assert.DeepEqual(t, domains(t), []string{})
	assert.DeepEqual(t, volumes(t), []string{"debian-12.qcow2"})
}

// TestLibvirtInterrupted finishes a machine whose creation ended half way, and
// deletes one that was never finished.
func TestLibvirtInterrupted(t *testing.T) {
	l := hosts.Location{Name: "half", Template: guestTemplate(nil)}
	p := opened(t, libvirt.Kind(), l)
	ctx := within(t)
	order := hosts.Order{Location: l, Name: "half-1", UserData: "#cloud-config\n", HostKey: "SHA256:first"}
	m, err := p.Create(ctx, order)
	assert.NilError(t, err)
	pretendNeverStarted(t, m)

	all, err := p.List(ctx, l)
	assert.NilError(t, err)
	assert.Equal(t, len(all), 1)
	assert.Equal(t, all[0].State, hosts.MachineMaking)
	assert.Equal(t, all[0].HostKey, "SHA256:first")

	order.HostKey = "SHA256:second"
	again, err := p.Create(ctx, order)
	assert.NilError(t, err)
	assert.Equal(t, again.HostKey, "SHA256:second")
	assert.Equal(t, len(domains(t)), 1)
	assert.Equal(t, len(volumes(t)), 3, "%v", volumes(t))

	pretendNeverStarted(t, again)
	assert.NilError(t, p.Delete(ctx, again))
	assert.DeepEqual(t, domains(t), []string{})
	assert.DeepEqual(t, volumes(t), []string{"debian-12.qcow2"})
}

// TestLibvirtLeavesOthersAlone has a domain that is none of ours.
func TestLibvirtLeavesOthersAlone(t *testing.T) {
	l := hosts.Location{Name: "others", Template: guestTemplate(nil)}
	p := opened(t, libvirt.Kind(), l)
	const xml = `<domain type="qemu"><name>mine</name><memory unit="MiB">64</memory><os><type>hvm</type></os></domain>`
	virsh(t, xml, "define", "/dev/stdin")
	t.Cleanup(func() { virsh(t, "", "undefine", "mine") })
	id := virsh(t, "", "domuuid", "mine")[0]
	all, err := p.List(within(t), l)
	assert.NilError(t, err)
	assert.Equal(t, len(all), 0)
	err = p.Delete(within(t), hosts.Machine{ID: id, Name: "mine"})
	assert.ErrorContains(t, err, "domain mine is not one that was made here")
	assert.DeepEqual(t, domains(t), []string{"mine"})
}

// TestLibvirtShutOff is a machine that somebody has switched off.
func TestLibvirtShutOff(t *testing.T) {
	l := hosts.Location{Name: "off", Template: guestTemplate(nil)}
	p := opened(t, libvirt.Kind(), l)
	m, err := p.Create(within(t), hosts.Order{Location: l, Name: "off-1"})
	assert.NilError(t, err)
	virsh(t, "", "destroy", m.ID)
	all, err := p.List(within(t), l)
	assert.NilError(t, err)
	assert.Equal(t, all[0].State, hosts.MachineBroken)
	assert.Equal(t, all[0].Fault, "the domain is shut off")
	assert.NilError(t, p.Delete(within(t), all[0]))
}

// TestLibvirtSpeed measures what an order takes.
func TestLibvirtSpeed(t *testing.T) {
	l := hosts.Location{Name: "fast", Template: guestTemplate(nil)}
	p := opened(t, libvirt.Kind(), l)
	began := time.Now()
	m, err := p.Create(within(t), hosts.Order{Location: l, Name: "fast-1", UserData: "#cloud-config\n"})
	assert.NilError(t, err)
	t.Logf("ordered in %s", time.Since(began))
	assert.NilError(t, p.Delete(within(t), m))
}
