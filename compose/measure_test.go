package compose_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// meters are those of a pool: each reads what the test says, once it was
// started and a second has gone by.
type meters struct {
	mu      sync.Mutex
	cpu     map[string]float64
	broken  map[string]error
	started map[string]time.Time
	reads   int
}

func (m *meters) Start(_ context.Context, h hosts.Host) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.broken[h.Name]; err != nil {
		return err
	}
	m.started[h.Name] = time.Now()
	return nil
}

func (m *meters) Read(_ context.Context, h hosts.Host) (hosts.Reading, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	at, started := m.started[h.Name]
	if !started || time.Since(at) < time.Second {
		return hosts.Reading{}, hosts.ErrNotFound
	}
	return hosts.Reading{Time: time.Now(), WindowSeconds: 1, CPU: m.cpu[h.Name]}, nil
}

// loadMeasured is a project whose service wants idle hosts.
func loadMeasured(t *testing.T) *project.Project {
	t.Helper()
	return loadShop(t, "services: {web: {image: app, deploy: {replicas: 2}, x-clocker: {placement: {strategies: [max-cpu: 0.5]}}}}")
}

func newMeasured(names ...string) (*shop, *meters) {
	s := newShop(names...)
	m := &meters{cpu: map[string]float64{}, broken: map[string]error{}, started: map[string]time.Time{}}
	s.Meter = m
	return s, m
}

func TestUpMeasuresWhereARuleWantsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := newMeasured("h1", "h2", "h3")
		m.cpu["h1"] = 0.8
		planned, err := compose.Up(t.Context(), &s.Env, loadMeasured(t), compose.UpOptions{})
		assert.NilError(t, err)
		var chosen []string
		for _, d := range planned.Placements {
			chosen = append(chosen, d.Host)
		}
		assert.DeepEqual(t, chosen, []string{"h2", "h3"})

		m.reads = 0
		_, err = compose.Up(t.Context(), &s.Env, loadMeasured(t), compose.UpOptions{})
		assert.NilError(t, err)
		assert.Equal(t, m.reads, 3, "one request for each host")
	})
}

func TestAPlanStartsNoMeter(t *testing.T) {
	s, m := newMeasured("h1", "h2")
	_, err := compose.Plan(t.Context(), &s.Env, loadMeasured(t), compose.UpOptions{})
	assert.ErrorContains(t, err, "no host for web-1: all 2 hosts have no measured use of CPUs")
	assert.Equal(t, len(m.started), 0)
}

func TestNothingIsMeasuredUnlessARuleWantsIt(t *testing.T) {
	s, m := newMeasured("h1", "h2")
	_, err := compose.Up(t.Context(), &s.Env, loadShop(t, shopFile), compose.UpOptions{})
	assert.NilError(t, err)
	assert.Equal(t, m.reads+len(m.started), 0)

	s.Locations = map[string]hosts.Location{"here": {Strategies: []hosts.Strategy{{Name: "lowest-memory"}}}}
	_, err = compose.Plan(t.Context(), &s.Env, loadShop(t, shopFile), compose.UpOptions{})
	assert.NilError(t, err)
	assert.Equal(t, m.reads, 2, "a location's rule is one, too")
}

func TestAHostThatCannotBeMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := newMeasured("h1", "h2")
		m.broken["h1"] = errors.New("host h1: no space left on device")
		_, err := compose.Up(t.Context(), &s.Env, loadMeasured(t), compose.UpOptions{})
		assert.NilError(t, err)
		assert.Assert(t, slices.Contains(s.warned, "host h1 can't be measured: no space left on device"), "%q", s.warned)
		o, err := s.engines["h1"].Observe(t.Context())
		assert.NilError(t, err)
		assert.Equal(t, len(o.Containers), 0, "an unmeasured host is refused, and the others go on")
	})
}
