package scheduler

import (
	"errors"
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"
)

func TestRemedies(t *testing.T) {
	ssd := labelled(map[string]string{"disk": "ssd"})
	for _, c := range []struct {
		name  string
		tasks []Task
		pool  []Candidate
		want  []string
	}{
		{
			"the host that lacks the least", tasks("web", 1, needing(0, 4*gib)),
			[]Candidate{host("h1", reserving(0, 7*gib)), host("h2", reserving(0, 5*gib))},
			[]string{"1 GiB less memory reserved", "one more host of 4 CPUs and 8 GiB in eu"},
		},
		{
			"memory and CPUs", tasks("web", 1, needing(3e9, 6*gib)),
			[]Candidate{host("h1", reserving(2e9, 4*gib))},
			[]string{"2 GiB less memory and 1 CPU less reserved", "one more host of 4 CPUs and 8 GiB in eu"},
		},
		{
			"larger than any host", tasks("web", 1, needing(16e9, gib)),
			[]Candidate{host("h1")},
			[]string{"12 CPUs less reserved", "a host of 16 CPUs and 8 GiB in eu"},
		},
		{
			"a host with the labels", tasks("web", 2, with("labels", map[string]any{"disk": "ssd"}), atMost(1)),
			[]Candidate{host("h1"), host("h2", ssd)},
			[]string{"one more host of 4 CPUs and 8 GiB like h2"},
		},
		{
			"a new host has no company", tasks("web", 2, with("affinity", "service cache"), atMost(1)),
			[]Candidate{host("h1", replicas("cache", 1)), host("h2")},
			nil,
		},
		{
			"no host is called so", tasks("web", 1, constrained("node.hostname==h9")), []Candidate{host("h1")}, nil,
		},
		{
			"a full host of the right name", tasks("web", 1, constrained("node.hostname==h1"), needing(0, 9*gib)),
			[]Candidate{host("h1")},
			[]string{"1 GiB less memory reserved"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Place(c.tasks, c.pool)
			var unplaceable *Unplaceable
			assert.Assert(t, errors.As(err, &unplaceable))
			assert.DeepEqual(t, unplaceable.Remedies, c.want)
		})
	}
}

// What is said to be enough is enough: with so much less reserved it fits.
func TestLessIsEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pool []Candidate
		for i := range rapid.IntRange(1, 4).Draw(t, "hosts") {
			free := rapid.Int64Range(0, 8).Draw(t, "free")
			pool = append(pool, host(fmt.Sprintf("h%d", i), reserving(0, (8-free)*gib)))
		}
		need := rapid.Int64Range(1, 12).Draw(t, "need")
		_, err := Place(tasks("web", 1, needing(0, need*gib)), pool)
		var unplaceable *Unplaceable
		if !errors.As(err, &unplaceable) {
			return
		}
		var less int64
		_, err = fmt.Sscanf(unplaceable.Remedies[0], "%d GiB less memory reserved", &less)
		assert.NilError(t, err, "%v", unplaceable.Remedies)
		_, err = Place(tasks("web", 1, needing(0, (need-less)*gib)), pool)
		assert.NilError(t, err)
		if need-less+1 <= 8 {
			_, err = Place(tasks("web", 1, needing(0, (need-less+1)*gib)), pool)
			assert.Assert(t, err != nil, "less would have been enough")
		}
	})
}
