//go:build e2e

package e2e

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// A web server whose page is its host name. It ends at once, so that tests need not wait for it.
const webServer = `
    image: busybox
    stop_signal: KILL
    command: sh -c 'mkdir -p /www && hostname > /www/index.html && exec httpd -f -p 80 -h /www'`

func TestAServiceNameReturnsEveryReplica(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  web:`+webServer+`
    deploy: {replicas: 3}
    networks: {default: {aliases: [www]}}
  only:`+webServer+`
    container_name: the-only-`+strings.ToLower(l.Generation)+`
`)
		p.Up(t)
		web := p.Replicas(t, "web")
		assert.Equal(t, len(web), 3)
		assert.Equal(t, len(hostsOf(web)), 3, "three replicas spread over three hosts: %v", web)

		var all []netip.Addr
		for _, r := range web {
			all = append(all, p.address(t, r, "default"))
		}
		slices.SortFunc(all, netip.Addr.Compare)
		for _, from := range web {
			p.eventuallyResolves(t, from, "web", all...)
			p.eventuallyResolves(t, from, "www", all...)
			for _, to := range web {
				p.eventuallyResolves(t, from, to.Name, p.address(t, to, "default"))
				p.eventuallyAnswers(t, from, to.Name)
			}
			only := p.Replica(t, "only")
			p.eventuallyResolves(t, from, only.Name, p.address(t, only, "default"))
			p.eventuallyAnswers(t, from, "only")
		}
	})
}

// hostsOf are the hosts that the containers run on.
func hostsOf(rows []Row) map[string]bool {
	hosts := map[string]bool{}
	for _, r := range rows {
		hosts[r.Host] = true
	}
	return hosts
}

// address of a container on one of the project's networks.
func (p *Project) address(t *testing.T, r Row, network string) netip.Addr {
	t.Helper()
	format := fmt.Sprintf(`{{(index .NetworkSettings.Networks "%s_%s").IPAddress}}`, p.Name, network)
	text := p.lab.HostNamed(t, r.Host).Docker(t, "inspect", "--format", format, r.ID)
	address, err := netip.ParseAddr(text)
	assert.NilError(t, err, "%s has no address on %s", r.Name, network)
	return address
}

// resolve asks the resolver of a container, as its programs would.
func (p *Project) resolve(t *testing.T, from Row, name string) ([]netip.Addr, error) {
	t.Helper()
	out, err := p.In(t, from, "nslookup", name)
	if err != nil {
		return nil, err
	}
	// the first address is the server's
	_, answer, _ := strings.Cut(out, "\n\n")
	var found []netip.Addr
	for line := range strings.Lines(answer) {
		if text, ok := strings.CutPrefix(line, "Address"); ok {
			_, text, _ = strings.Cut(text, ":")
			address, err := netip.ParseAddr(strings.Fields(text)[0])
			if err != nil {
				return nil, fmt.Errorf("nslookup answers %q: %w", line, err)
			}
			found = append(found, address)
		}
	}
	slices.SortFunc(found, netip.Addr.Compare)
	return slices.Compact(found), nil
}

func (p *Project) eventuallyResolves(t *testing.T, from Row, name string, want ...netip.Addr) {
	t.Helper()
	eventually(t, 20*time.Second, fmt.Sprintf("%s resolves %s", from.Name, name), func() error {
		got, err := p.resolve(t, from, name)
		if err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("it is %v, not %v", got, want)
		}
		return err
	})
}

// eventuallyAnswers: a web server's page, fetched by name, is the host name of a container.
func (p *Project) eventuallyAnswers(t *testing.T, from Row, name string) {
	t.Helper()
	eventually(t, 20*time.Second, fmt.Sprintf("%s fetches http://%s", from.Name, name), func() error {
		out, err := p.In(t, from, "timeout", "3", "wget", "-q", "-O", "-", "http://"+name+"/")
		if err == nil && out == "" {
			err = fmt.Errorf("an empty page")
		}
		return err
	})
}
