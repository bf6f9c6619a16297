//go:build clouds

package clouds

import (
	"fmt"
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

// TestLibvirtConformance has the machines' disks in a pool of a size that can be
// changed, and a daemon whose answers can be lost. A host of libvirt's has no
// pages of machines; each is a process, so that there are not many of them.
func TestLibvirtConformance(t *testing.T) {
	r := newRelay(t)
	template := func(more hosts.Template) hosts.Template {
		return guestTemplate(with(hosts.Template{"uri": r.uri(), "pool": "narrow", "image": images + "/debian-12.qcow2"}, more))
	}
	conformance.Providers(t, conformance.Cloud{
		Open: func(t *testing.T, l hosts.Location) (hosts.Provider, error) {
			return open(t, libvirt.Kind(), l)
		},
		Template: template(nil),
		Wrong: map[string]hosts.Template{
			"image win95: pool narrow has no such volume":      template(hosts.Template{"image": "win95"}),
			"there is no storage pool attic":                   template(hosts.Template{"pool": "attic"}),
			"bytes are less than the":                          template(hosts.Template{"disk": "1MiB"}),
			"Network not found: no network with matching name": template(hosts.Template{"network": "wan"}),
		},
		Limit:    narrow,
		Lose:     func(*testing.T) { r.loseNextStart() },
		Many:     3,
		Patience: limit,
	})
	assert.DeepEqual(t, domains(t), []string{})
	assert.DeepEqual(t, volumesOf(t, "narrow"), []string{})
}

// images is the folder of the pool default.
const images = "/var/lib/libvirt/images"

// narrow lets the pool narrow hold so many machines more that have just been
// started; any number where n is negative.
func narrow(t *testing.T, n int) {
	t.Helper()
	const machine, spare = 1700, 800 // KiB: a seed of 1440 and an empty qcow2 of some 200
	size := "4g"
	if n >= 0 {
		size = fmt.Sprintf("$((%d + $(df -k --output=used /var/lib/libvirt/narrow | tail -n 1)))k", n*machine+spare)
	}
	command(t, "inside", "libvirt", "sh", "-c", "mount -o remount,size="+size+" /var/lib/libvirt/narrow")
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
	r := newRelay(t)
	l := hosts.Location{Name: "fast", Template: guestTemplate(hosts.Template{"uri": r.uri()})}
	p := opened(t, libvirt.Kind(), l)
	began := time.Now()
	m, err := p.Create(within(t), hosts.Order{Location: l, Name: "fast-1", UserData: "#cloud-config\n"})
	assert.NilError(t, err)
	t.Logf("ordered in %s, by %d calls", time.Since(began), r.calls.Swap(0))
	_, err = p.List(within(t), l)
	assert.NilError(t, err)
	t.Logf("listed by %d", r.calls.Swap(0))
	assert.NilError(t, p.Delete(within(t), m))
	t.Logf("deleted by %d", r.calls.Swap(0))
}
