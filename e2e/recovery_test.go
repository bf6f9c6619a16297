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

// Two replicas of a service on each host would hide what is lost; so one on each, and all of them ask for all.
const threeThatRestart = "services:\n  web:" + webServer + `
    restart: always
    deploy: {replicas: 3}
`

func TestNamesAndTrafficComeBack(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, threeThatRestart)
		p.Up(t)
		p.eventuallyWhole(t)

		t.Run("after a container is killed", func(t *testing.T) {
			r := p.Replicas(t, "web")[1]
			h := l.HostNamed(t, r.Host)
			h.Docker(t, "kill", r.Name)
			survivors := slices.DeleteFunc(p.Replicas(t, "web"), func(s Row) bool { return s.Name == r.Name })
			p.eventuallyResolves(t, survivors[0], "web", p.addresses(t, survivors)...)
			h.Docker(t, "start", r.Name)
			p.eventuallyWhole(t)
		})
		t.Run("after an engine restarts", func(t *testing.T) {
			l.Host(2).RestartEngine(t)
			p.eventuallyWhole(t)
		})
		t.Run("after the router is killed", func(t *testing.T) {
			router := l.Host(3).Docker(t, "ps", "-q", "--filter", "label=io.clocker.fabric=router")
			assert.Assert(t, router != "", "no router on %s", l.Host(3))
			_, err := l.Host(3).Run("sh", "-c", "kill -9 $(docker inspect -f '{{.State.Pid}}' "+router+")")
			assert.NilError(t, err)
			p.eventuallyWhole(t)
		})
		t.Run("after a power cut and the host's return", func(t *testing.T) {
			l.Host(1).Kill(t)
			rest := slices.DeleteFunc(p.Replicas(t, "web"), func(r Row) bool { return r.Host == "h1" })
			assert.Equal(t, len(rest), 2, "what ps shows of the hosts that are left")
			p.eventuallyAnswers(t, rest[0], rest[1].Name)
			l.Host(1).Start(t)
			p.eventuallyWhole(t)
		})
	})
}

// eventuallyWhole: each replica resolves the service to all replicas, each by its name, and fetches from all.
func (p *Project) eventuallyWhole(t *testing.T) {
	t.Helper()
	var web []Row
	eventually(t, time.Minute, "three replicas run", func() error {
		web = p.Replicas(t, "web")
		running := slices.DeleteFunc(slices.Clone(web), func(r Row) bool { return r.State != "running" })
		if len(running) != 3 {
			return fmt.Errorf("%d of %d run", len(running), len(web))
		}
		return nil
	})
	all := p.addresses(t, web)
	for _, from := range web {
		p.eventuallyResolves(t, from, "web", all...)
		for _, to := range web {
			p.eventuallyAnswers(t, from, to.Name)
		}
	}
}

func (p *Project) addresses(t *testing.T, rows []Row) []netip.Addr {
	t.Helper()
	var all []netip.Addr
	for _, r := range rows {
		all = append(all, p.address(t, r, "default"))
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return all
}

func TestAHostThatIsCutOffIsToldAndTheOthersGoOn(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, threeThatRestart)
		p.Up(t)
		before := p.IDs(t)

		l.Host(2).Cut(t)
		started := time.Now()
		ps := p.Do(t, "ps")
		assert.Assert(t, time.Since(started) < 30*time.Second, "ps took %s", time.Since(started))
		assert.Assert(t, strings.Contains(ps.Stdout+ps.Stderr, "h2"), "ps says nothing of h2: %s", ps)
		assert.Equal(t, len(p.Ps(t)), 2)

		p.Write(t, threeThatRestart+"  late:"+webServer+"\n")
		started = time.Now()
		p.Up(t)
		assert.Assert(t, time.Since(started) < time.Minute, "up took %s", time.Since(started))
		late := p.Replica(t, "late")
		assert.Assert(t, late.Host != "h2", "placed on the host that does not answer")
		p.eventuallyAnswers(t, late, "web")

		// its replica was made anew elsewhere; of the two the next up keeps one
		l.Host(2).Heal(t)
		eventually(t, time.Minute, "the host is back", func() error {
			if p.Try(t, "ps", "-a").Stderr != "" {
				return fmt.Errorf("ps still complains")
			}
			return nil
		})
		p.Up(t)
		after := p.IDs(t)
		assert.Equal(t, len(p.Replicas(t, "web")), 3, "%v", after)
		assert.Equal(t, len(after), 4, "%v", after)
		for name, where := range before {
			if !strings.HasPrefix(where, "h2 ") {
				assert.Check(t, after[name] == where, "%s was %s and is %q", name, where, after[name])
			}
		}
		// and the host that came back takes part again
		p.Do(t, "down")
		p.Write(t, threeThatRestart)
		p.Up(t)
		assert.Equal(t, len(hostsOf(p.Replicas(t, "web"))), 3)
		p.eventuallyWhole(t)
	})
}
