package conformance

import (
	"context"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Cloud is a provider, and what its test can do to the cloud behind it.
type Cloud struct {
	// Open returns the provider of a location; all of them are of one account.
	Open func(t *testing.T, l hosts.Location) (hosts.Provider, error)
	// Template makes a machine that runs.
	Template hosts.Template
	// Wrong are templates that can't be meant, by the words that the error has
	// to have: it may come of Open or of Create.
	Wrong map[string]hosts.Template
	// Limit lets the account have so many machines more, any number where n is
	// negative; nil where a cloud can't be told.
	Limit func(t *testing.T, n int)
	// Lose lets the next creation be carried out, and its answer be lost; nil
	// where a cloud can't be told.
	Lose func(t *testing.T)
	// Many machines are more than one page of the cloud's list; 0 is 26.
	Many int
	// Patience is how long a machine may take to run, or to be gone; 0 is a minute.
	Patience time.Duration
}

// Providers runs the suite on one provider, whose cloud is left without the
// machines that it made.
func Providers(t *testing.T, c Cloud) {
	for _, test := range []struct {
		name string
		run  func(*cloudSuite)
	}{
		{"a machine's life", testMachineLife},
		{"an order is carried out once", testOrderOnce},
		{"locations are apart", testLocationsApart},
		{"names and tags with odd characters", testOddNames},
		{"a name is free again", testNameAgain},
		{"deletion of what isn't there", testDeleteAgain},
		{"wrong options", testWrongOptions},
		{"an unknown size", testUnknownSize},
		{"no capacity", testNoCapacity},
		{"a lost answer", testLostAnswer},
		{"many machines", testManyMachines},
		{"interruption", testCloudInterruption},
		{"sizes", testSizes},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(newCloudSuite(t, c)) })
	}
}

// testMachineLife follows one machine from its order to its end.
func testMachineLife(s *cloudSuite) {
	l := s.location("life")
	p := s.open(l)
	assert.Equal(s, len(s.list(p, l)), 0)
	order := s.order(l, "life-1")
	made, err := p.Create(s.ctx, order)
	assert.NilError(s, err)
	s.deleteLater(p, made)
	s.sameMachine(made, order)
	seen := s.list(p, l)
	assert.Equal(s, len(seen), 1, "a machine that is being made is listed")
	assert.Equal(s, seen[0].ID, made.ID)
	s.sameMachine(seen[0], order)

	running := s.awaitRunning(p, l, order.Name)
	s.sameMachine(running, order)
	assert.Equal(s, running.ID, made.ID)
	assert.Assert(s, running.Address != "", "a machine that runs has an address")
	assert.Assert(s, running.User != "", "somebody can log in")

	assert.NilError(s, p.Delete(s.ctx, running))
	s.awaitGone(p, l, running)
}

// testOrderOnce orders a machine twice, also while it is being made.
func testOrderOnce(s *cloudSuite) {
	l := s.location("once")
	p := s.open(l)
	order := s.order(l, "once-1")
	first := s.create(p, order)
	second := s.create(p, order)
	assert.Equal(s, second.ID, first.ID)
	s.awaitRunning(p, l, order.Name)
	third := s.create(s.open(l), order)
	assert.Equal(s, third.ID, first.ID)
	s.sameMachine(third, order)
	assert.Equal(s, len(s.list(p, l)), 1)
}

// testLocationsApart has locations and names that are alike when joined.
func testLocationsApart(s *cloudSuite) {
	made := map[string]string{}
	for _, l := range []struct{ location, name string }{{"a", "b-c"}, {"a-b", "c"}, {"a.b", "c"}, {"a_b", "c"}, {"A-B", "c"}} {
		location := s.location(l.location)
		made[location.Name] = s.create(s.open(location), s.order(location, l.name)).ID
	}
	for name, id := range made {
		l := hosts.Location{Name: name, Template: s.cloud.Template}
		seen := s.list(s.open(l), l)
		assert.Equal(s, len(seen), 1, "machines of %s: %v", name, seen)
		assert.Equal(s, seen[0].ID, id)
	}
}

// testOddNames has all that names may have.
func testOddNames(s *cloudSuite) {
	l := s.location("EU.west-1_b")
	p := s.open(l)
	for _, name := range []string{"0", "Big.host-1_x", "UPPER", "upper", "a.b", "a-b", "a_b", "a-very-long-name-of-a-host-that-somebody-chose-0001"} {
		order := s.order(l, name)
		s.sameMachine(s.create(p, order), order)
		found := s.machine(p, l, name)
		s.sameMachine(found, order)
	}
	assert.Equal(s, len(s.list(p, l)), 8)
}

// testNameAgain makes a machine of the name of one that was deleted.
func testNameAgain(s *cloudSuite) {
	l := s.location("again")
	p := s.open(l)
	order := s.order(l, "again-1")
	first := s.create(p, order)
	assert.NilError(s, p.Delete(s.ctx, first))
	s.awaitGone(p, l, first)
	order.HostKey = fingerprint("another")
	second := s.create(p, order)
	s.sameMachine(second, order)
	s.sameMachine(s.awaitRunning(p, l, order.Name), order)
}

func testDeleteAgain(s *cloudSuite) {
	l := s.location("gone")
	p := s.open(l)
	m := s.create(p, s.order(l, "gone-1"))
	stays := s.create(p, s.order(l, "gone-2"))
	assert.NilError(s, p.Delete(s.ctx, m))
	assert.NilError(s, p.Delete(s.ctx, m), "at once")
	s.awaitGone(p, l, m)
	assert.NilError(s, p.Delete(s.ctx, m), "when it is gone")
	assert.Equal(s, s.machine(p, l, "gone-2").ID, stays.ID)
}

func testWrongOptions(s *cloudSuite) {
	for words, template := range s.cloud.Wrong {
		l := s.location("wrong")
		l.Template = template
		p, err := s.cloud.Open(s.T, l)
		if err == nil {
			var m hosts.Machine
			if m, err = p.Create(s.ctx, s.order(l, "wrong-1")); err == nil {
				s.deleteLater(p, m)
			}
		}
		s.refused(err)
		assert.ErrorContains(s, err, words)
	}
}

func testUnknownSize(s *cloudSuite) {
	l := s.location("size")
	p := s.open(l)
	order := s.order(l, "size-1")
	order.Size = "no-such-size"
	_, err := p.Create(s.ctx, order)
	s.refused(err)
	assert.ErrorContains(s, err, "no-such-size")
	assert.Equal(s, len(s.list(p, l)), 0)
}

func testNoCapacity(s *cloudSuite) {
	if s.cloud.Limit == nil {
		s.Skip("this cloud has no quota that a test may set")
	}
	l := s.location("full")
	p := s.open(l)
	s.cloud.Limit(s.T, 1)
	s.Cleanup(func() { s.cloud.Limit(s.T, -1) })
	first := s.order(l, "full-1")
	s.create(p, first)
	_, err := p.Create(s.ctx, s.order(l, "full-2"))
	s.refused(err)
	assert.ErrorIs(s, err, hosts.ErrCapacity)
	s.create(p, first) // is there already
	assert.Equal(s, len(s.list(p, l)), 1)
	s.cloud.Limit(s.T, -1)
	s.create(p, s.order(l, "full-2"))
}

// testLostAnswer is a connection that dies when the machine has been made.
func testLostAnswer(s *cloudSuite) {
	if s.cloud.Lose == nil {
		s.Skip("this cloud loses no answers")
	}
	l := s.location("lost")
	p := s.open(l)
	order := s.order(l, "lost-1")
	s.cloud.Lose(s.T)
	if m, err := p.Create(s.ctx, order); err == nil {
		s.sameMachine(m, order) // asked again by itself
	} else {
		s.refused(err)
	}
	found := s.machine(p, l, order.Name)
	s.deleteLater(p, found)
	again := s.create(s.open(l), order)
	assert.Equal(s, again.ID, found.ID)
	assert.Equal(s, len(s.list(p, l)), 1)
}

func testManyMachines(s *cloudSuite) {
	l := s.location("many")
	p := s.open(l)
	n := s.cloud.Many
	if n == 0 {
		n = 26
	}
	var names []string
	for i := range n {
		names = append(names, numbered("many", i))
		s.create(p, s.order(l, names[i]))
	}
	assert.DeepEqual(s, machineNames(s.list(p, l)), names)
}

// testCloudInterruption asks with a context that has ended.
func testCloudInterruption(s *cloudSuite) {
	l := s.location("ended")
	p := s.open(l)
	m := s.create(p, s.order(l, "ended-1"))
	ended, end := context.WithCancel(s.ctx)
	end()
	_, err := p.Create(ended, s.order(l, "ended-2"))
	s.refused(err)
	assert.ErrorIs(s, err, context.Canceled)
	_, err = p.List(ended, l)
	assert.ErrorIs(s, err, context.Canceled)
	assert.ErrorIs(s, p.Delete(ended, m), context.Canceled)
	assert.Equal(s, s.machine(p, l, "ended-1").ID, m.ID)
}

func testSizes(s *cloudSuite) {
	l := s.location("sizes")
	sizer, ok := s.open(l).(hosts.Sizer)
	if !ok {
		s.Skip("this cloud has no sizes of its own")
	}
	sizes, err := sizer.Sizes(s.ctx, l)
	assert.NilError(s, err)
	assert.Assert(s, len(sizes) > 0)
	seen := map[string]bool{}
	for _, size := range sizes {
		assert.Assert(s, size.Name != "" && !seen[size.Name], "%+v", size)
		assert.Assert(s, size.Resources.NanoCPUs > 0 && size.Resources.MemoryBytes > 0, "%+v", size)
		assert.Assert(s, size.Price == nil || size.Price.Micros >= 0 && len(size.Price.Currency) == 3, "%+v", size)
		seen[size.Name] = true
	}
}
