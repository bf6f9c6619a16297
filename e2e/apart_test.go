//go:build e2e

package e2e

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// Another project's container neither resolves nor reaches a service, not even as an intruder who may change its own
// network and takes an address of the victim's subnet, from the victim's host or from another one.
func TestProjectsAreApart(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		victim := l.Project(t, "services:\n  secret:"+webServer+"\n")
		victim.Up(t)
		target := victim.address(t, victim.Replica(t, "secret"), "default")

		intruder := victim.Another(t, `
services:
  intruder:`+webServer+`
    cap_add: [NET_ADMIN, NET_RAW]
    deploy: {mode: global}
`)
		intruder.Up(t)
		replicas := intruder.Replicas(t, "intruder")
		assert.Equal(t, len(replicas), 3, "one on each host")
		// what follows proves something only where the fabric works
		intruder.eventuallyAnswers(t, replicas[0], replicas[1].Name)

		for _, from := range replicas {
			for _, name := range []string{"secret", victim.Replica(t, "secret").Name} {
				_, err := intruder.resolve(t, from, name)
				assert.ErrorContains(t, err, "", "%s resolves %s", from.Name, name)
			}
			intruder.cannotReach(t, from, target)
			intruder.takeAddressNextTo(t, from, target)
			intruder.cannotReach(t, from, target)
		}
	})
}

// takeAddressNextTo gives the container an address of another subnet, and the route to it.
func (p *Project) takeAddressNextTo(t *testing.T, r Row, target netip.Addr) {
	t.Helper()
	subnet := netip.PrefixFrom(target, 24).Masked()
	stolen := subnet.Addr().Next()
	for range 99 {
		stolen = stolen.Next()
	}
	device := p.device(t, r, "default")
	_, err := p.In(t, r, "ip", "addr", "add", fmt.Sprintf("%s/24", stolen), "dev", device)
	assert.NilError(t, err)
	out, err := p.In(t, r, "ip", "route", "get", target.String())
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(out, device), "the intruder's way to %s is not through the fabric: %s", target, out)
}

// device is the container's interface on one of its project's networks.
func (p *Project) device(t *testing.T, r Row, network string) string {
	t.Helper()
	own := p.address(t, r, network).String()
	out, err := p.In(t, r, "ip", "-o", "addr")
	assert.NilError(t, err)
	for line := range strings.Lines(out) {
		if strings.Contains(line, " "+own+"/") {
			return strings.Fields(line)[1]
		}
	}
	t.Fatalf("%s is not in:\n%s", own, out)
	return ""
}

func (p *Project) cannotReach(t *testing.T, from Row, target netip.Addr) {
	t.Helper()
	_, err := p.In(t, from, "ping", "-c", "2", "-W", "1", target.String())
	assert.ErrorContains(t, err, "", "%s on %s pings %s of another project", from.Name, from.Host, target)
	_, err = p.In(t, from, "timeout", "2", "wget", "-q", "-O", "-", "http://"+target.String()+"/")
	assert.ErrorContains(t, err, "", "%s on %s fetches from %s of another project", from.Name, from.Host, target)
}

func TestAnInternalNetworkHasNamesAndNoWayOut(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  inside:`+webServer+`
    deploy: {replicas: 3}
    networks: [closed]
  outside:`+webServer+`
networks:
  closed: {internal: true}
`)
		p.Up(t)
		gate := l.Host(1).Address(t)
		outside := p.Replica(t, "outside")
		eventually(t, 10*time.Second, "outside reaches a host", func() error {
			_, err := p.In(t, outside, "nc", "-w", "3", gate, "22", "-e", "true")
			return err
		})
		inside := p.Replicas(t, "inside")
		assert.Equal(t, len(hostsOf(inside)), 3)
		for i, from := range inside {
			p.eventuallyAnswers(t, from, inside[(i+1)%3].Name)
			p.eventuallyAnswers(t, from, "inside")
			for _, h := range l.Hosts() {
				_, err := p.In(t, from, "nc", "-w", "2", h.Address(t), "22", "-e", "true")
				assert.ErrorContains(t, err, "", "%s on %s reaches %s", from.Name, from.Host, h)
			}
			p.cannotReach(t, from, p.address(t, outside, "default"))
		}
	})
}
