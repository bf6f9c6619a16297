package scheduler

import (
	"hash/fnv"
	"math/rand/v2"
)

// random is the order random: each host is as likely as any other, whatever is
// on it. It is seeded by project and service, so that a plan is repeatable.
type random struct{}

func newRandom(value any) (Rule, error) { return random{}, noValue("random", value) }

func (random) Name() string { return "random" }

func (random) Rank(t *Task, s *Seat) float64 { return arrival(t, s) }

func (random) Explain(*Task, *Seat) string { return "" }

// arrival is the time at which the host would take its next replica of the
// service, if each host took them at random times at the same rate. Whichever
// host is next in time is then each of them with equal chance, again and again;
// one random number a host would send all replicas to the same one.
func arrival(t *Task, s *Seat) float64 {
	source := rand.New(rand.NewPCG(seed(serviceKey(t)), seed(s.Host.Name)))
	at := source.ExpFloat64()
	for range s.Here {
		at += source.ExpFloat64()
	}
	return at
}

func seed(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash takes all
	return h.Sum64()
}
