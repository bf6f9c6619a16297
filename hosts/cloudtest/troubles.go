package cloudtest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Troubles are what goes wrong between a provider and its cloud, as far as it is
// the same with all clouds.
type Troubles struct {
	// Start serves a new cloud, and opens a provider of it that waits little
	// before it asks again.
	Start func(t *testing.T) (*Server, hosts.Provider)
	// Template makes a machine that runs.
	Template hosts.Template
	// Create, List and Delete name the requests for a machine, for all of them
	// and for the end of one.
	Create, List, Delete string
	// Throttled is what the cloud says to whoever asks too often, and the words
	// of the error if it never stops.
	Throttled      Fault
	ThrottledWords string
	// Full are what it says that has no room, or lets an account have no more.
	Full []Fault
	// Stranger opens a provider with credentials that the cloud doesn't know,
	// and the words are its error's.
	Stranger      func(t *testing.T, s *Server) hosts.Provider
	StrangerWords string
}

// Run runs them all.
func (c Troubles) Run(t *testing.T) {
	t.Run("throttled and broken requests are sent again", c.passing)
	t.Run("throttling for good ends", c.lasting)
	t.Run("a machine whose answer is lost isn't made twice", c.lost)
	t.Run("no room is told at once", c.full)
	t.Run("credentials that aren't known are named", c.stranger)
	t.Run("many orders at once", c.many)
}

func (c Troubles) passing(t *testing.T) {
	s, p := c.Start(t)
	s.Next(c.Create, c.Throttled, c.Throttled, Gateway(502), Cut)
	s.Next(c.List, c.Throttled)
	s.Next(c.Delete, c.Throttled)
	m, err := p.Create(t.Context(), Order(c.Template))
	assert.NilError(t, err)
	c.one(t, p)
	assert.NilError(t, p.Delete(t.Context(), m))
}

func (c Troubles) lasting(t *testing.T) {
	s, p := c.Start(t)
	const more = 20
	s.Next(c.List, slices.Repeat([]Fault{c.Throttled}, more)...)
	_, err := p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.ErrorContains(t, err, c.ThrottledWords)
	assert.Assert(t, s.Count(c.List) > 1 && s.Count(c.List) < more)
}

func (c Troubles) lost(t *testing.T) {
	for name, fault := range map[string]Fault{"lost": Lose, "late": Late(504, "<html>")} {
		t.Run(name, func(t *testing.T) {
			s, p := c.Start(t)
			s.Next(c.Create, fault)
			m, err := p.Create(t.Context(), Order(c.Template))
			assert.NilError(t, err)
			assert.Equal(t, c.one(t, p).ID, m.ID)
		})
	}
}

func (c Troubles) full(t *testing.T) {
	for _, fault := range c.Full {
		s, p := c.Start(t)
		s.Next(c.Create, fault)
		_, err := p.Create(t.Context(), Order(c.Template))
		assert.ErrorIs(t, err, hosts.ErrCapacity)
		assert.ErrorContains(t, err, " eu-1 (")
		assert.Equal(t, s.Count(c.Create), 1)
	}
}

func (c Troubles) stranger(t *testing.T) {
	s, _ := c.Start(t)
	_, err := c.Stranger(t, s).List(t.Context(), hosts.Location{Name: "eu"})
	assert.ErrorContains(t, err, c.StrangerWords)
	assert.Equal(t, s.Count(c.List), 1)
}

// many has each machine ordered by two, and every third request for one throttled.
func (c Troubles) many(t *testing.T) {
	s, p := c.Start(t)
	for range 10 {
		s.Next(c.Create, Pass, Pass, c.Throttled)
	}
	const machines = 30
	ids := make([]string, 2*machines)
	var orders errgroup.Group
	for i := range ids {
		orders.Go(func() error {
			o := Order(c.Template)
			o.Name = fmt.Sprintf("eu-%02d", i%machines)
			m, err := p.Create(context.WithoutCancel(t.Context()), o)
			ids[i] = m.ID
			return err
		})
	}
	assert.NilError(t, orders.Wait())
	all, err := p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.NilError(t, err)
	assert.Equal(t, len(all), machines)
	for i, m := range all {
		assert.Equal(t, ids[i], m.ID)
		assert.Equal(t, ids[i+machines], m.ID)
	}
}

// one is the only machine that there is.
func (c Troubles) one(t *testing.T, p hosts.Provider) hosts.Machine {
	t.Helper()
	all, err := p.List(t.Context(), hosts.Location{Name: "eu"})
	assert.NilError(t, err)
	assert.Equal(t, len(all), 1)
	return all[0]
}
