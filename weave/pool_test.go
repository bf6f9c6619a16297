//go:build e2e

package weave_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
	"github.com/clocker-compose/clocker-compose/weave"
)

// pool are the engines of CLOCKER_E2E_HOSTS: "name=endpoint@address", separated by spaces.
type pool struct {
	hosts   []hosts.Host
	engines map[string]*docker.Engine
}

func openPool(t *testing.T) *pool {
	t.Helper()
	list := strings.Fields(os.Getenv("CLOCKER_E2E_HOSTS"))
	if len(list) == 0 {
		t.Skip("needs engines: set CLOCKER_E2E_HOSTS to \"name=endpoint@address …\"")
	}
	p := &pool{engines: map[string]*docker.Engine{}}
	for _, entry := range list {
		name, rest, _ := strings.Cut(entry, "=")
		endpoint, address, _ := strings.Cut(rest, "@")
		h := hosts.Host{
			Name: name, Address: address, Endpoint: hosts.Endpoint{URL: endpoint},
			Platform: hosts.Platform{OS: "linux", Arch: "amd64"}, Status: hosts.Status{Ready: true},
		}
		e, err := docker.Open(h, docker.Options{})
		assert.NilError(t, err)
		t.Cleanup(func() { _ = e.Close() })
		p.hosts, p.engines[name] = append(p.hosts, h), e
	}
	return p
}

func (p *pool) connect(h hosts.Host) (weave.Engine, error) {
	if e := p.engines[h.Name]; e != nil {
		return e, nil
	}
	return nil, fmt.Errorf("no host %s", h.Name)
}

// others are all hosts but one.
func (p *pool) others(h hosts.Host) (list []hosts.Host, addresses []string) {
	for _, o := range p.hosts {
		if o.Name != h.Name {
			list, addresses = append(list, o), append(addresses, o.Address)
		}
	}
	return list, addresses
}

// join joins all hosts at once, as an executor does.
func (p *pool) join(ctx context.Context, f *weave.Fabric) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, h := range p.hosts {
		_, peers := p.others(h)
		g.Go(func() error { return f.Join(ctx, h, peers) })
	}
	return g.Wait()
}

func TestJoinAll(t *testing.T) {
	p := openPool(t)
	f := weave.New(weave.Options{Connect: p.connect, Password: "correct horse"})
	start := time.Now()
	assert.NilError(t, p.join(t.Context(), f))
	t.Logf("joined in %v", time.Since(start))
	for _, h := range p.hosts {
		o, err := p.engines[h.Name].Observe(t.Context())
		assert.NilError(t, err)
		o.Host.Name = h.Name
		assert.Assert(t, f.Joined(o), "%s: %v", h.Name, o.Host.Drivers)
		s, err := f.Status(t.Context(), h)
		assert.NilError(t, err)
		t.Logf("%s %+v", h.Name, s)
	}
	start = time.Now()
	assert.NilError(t, p.join(t.Context(), f))
	t.Logf("again in %v", time.Since(start))
}

func TestTwoUsersJoinAtOnce(t *testing.T) {
	p, q := openPool(t), openPool(t)
	var both errgroup.Group
	for _, pool := range []*pool{p, q} {
		both.Go(func() error {
			return pool.join(t.Context(), weave.New(weave.Options{Connect: pool.connect, Password: "correct horse"}))
		})
	}
	assert.NilError(t, both.Wait())
}

func TestLeaveAll(t *testing.T) {
	p := openPool(t)
	f := weave.New(weave.Options{Connect: p.connect, Password: "correct horse"})
	for _, h := range p.hosts {
		others, _ := p.others(h)
		assert.NilError(t, f.Leave(t.Context(), h, others))
	}
}

func TestWrongKeyIsNamed(t *testing.T) {
	p := openPool(t)
	right := weave.New(weave.Options{Connect: p.connect, Password: "correct horse"})
	assert.NilError(t, p.join(t.Context(), right))
	last := p.hosts[len(p.hosts)-1]
	_, peers := p.others(last)
	wrong := weave.New(weave.Options{Connect: p.connect, Password: "battery staple"})
	err := wrong.Join(t.Context(), last, peers)
	t.Logf("%v", err)
	assert.ErrorContains(t, err, "another key than yours")
	assert.NilError(t, right.Join(t.Context(), last, peers))
}

func TestMissingImageIsNamed(t *testing.T) {
	p := openPool(t)
	f := weave.New(weave.Options{Connect: p.connect, Password: "correct horse", Image: "example.invalid/weave:none"})
	err := f.Join(t.Context(), p.hosts[0], nil)
	t.Logf("%v", err)
	assert.ErrorContains(t, err, "example.invalid/weave:none")
}

func TestPeerThatDoesNotAnswerIsNamed(t *testing.T) {
	p := openPool(t)
	f := weave.New(weave.Options{Connect: p.connect, Password: "correct horse", Settle: 3 * time.Second})
	_, peers := p.others(p.hosts[0])
	start := time.Now()
	err := f.Join(t.Context(), p.hosts[0], append(peers, "127.0.0.9"))
	t.Logf("after %v: %v", time.Since(start), err)
	assert.ErrorContains(t, err, "127.0.0.9")
	assert.ErrorContains(t, err, "open ports 6783/tcp")
	assert.NilError(t, f.Join(t.Context(), p.hosts[0], peers))
}
