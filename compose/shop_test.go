package compose_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// shop is a pool on which the project shop is brought up and down.
type shop struct {
	compose.Env
	engines map[string]*fake.Engine
	mu      sync.Mutex
	events  []execute.Event
	warned  []string
}

func newShop(names ...string) *shop {
	s := &shop{engines: map[string]*fake.Engine{}}
	for _, name := range names {
		h := hosts.Host{Name: name, Location: "here", Address: name + ".example", Drivers: []string{"bridge", hosts.FabricDriver}}
		s.engines[name] = fake.New(h)
		s.engines[name].Load("app")
		s.Pool = append(s.Pool, h)
	}
	s.Connect = func(h hosts.Host) (compose.Engine, error) { return s.engines[h.Name], nil }
	s.Fabric = joined{}
	s.Warn = func(sentence string) { s.warned = append(s.warned, sentence) }
	s.Events = func(e execute.Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, e)
	}
	return s
}

// joined is a fabric on which every host is already.
type joined struct{}

func (joined) Joined(hosts.Observation) bool { return true }

func (joined) Refuses(hosts.Observation) string { return "" }

func (joined) Withhold(context.Context, hosts.Host, string, time.Duration) (time.Duration, error) {
	return 0, nil
}

func (joined) Join(context.Context, hosts.Host, []string) error { return nil }

// told are the last words about each thing.
func (s *shop) told() map[string]string {
	words := map[string]string{}
	for _, e := range s.events {
		words[strings.TrimSpace(e.Host+" "+e.ID)] = e.Text
	}
	s.events = nil
	return words
}

// calls are the methods called on a host since the last time.
func (s *shop) calls(host string) []string {
	var methods []string
	for _, c := range s.engines[host].Calls() {
		methods = append(methods, c.Method)
	}
	s.engines[host].ForgetCalls()
	return methods
}

func loadShop(t *testing.T, content string) *project.Project {
	t.Helper()
	p, err := project.Load(t.Context(), project.Options{
		Files: []string{"-"}, Stdin: strings.NewReader(content), Name: "shop", WorkingDir: "/nowhere",
	})
	assert.NilError(t, err)
	return p
}

const shopFile = `services:
  db: {image: app, volumes: ["data:/data"]}
  web: {image: app, scale: 3, depends_on: [db]}
volumes: {data: {}}
`
