package compose

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// FuzzMoment reads any text as --since and --until.
func FuzzMoment(f *testing.F) {
	for _, seed := range []string{"", "10m", "-1h", "1700000000.5", "2026-01-02T03:04:05Z", "2026-01-02", "1e400", "NaN", "Inf"} {
		f.Add(seed)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		moment, err := parseMoment(text, now)
		if err != nil || moment.IsZero() {
			return
		}
		if year := moment.UTC().Year(); year >= 0 && year < 10000 { // which RFC 3339 can write
			again, err := parseMoment(stamp(moment), now)
			assert.NilError(t, err)
			assert.Assert(t, again.Equal(moment), "%v %v", again, moment)
		}
	})
}

// FuzzLockLabels reads any labels as those of a lock: the chain of holders ends,
// and somebody can always take the project over.
func FuzzLockLabels(f *testing.F) {
	f.Add("shop", "clocker-lock_shop", "a", "clocker-lock_shop_after_a", "b")
	f.Add("shop", "clocker-lock_shop", "x", "clocker-lock_shop_after_x", "x")
	f.Add("", "clocker-lock_", "", "clocker-lock__beat_", "\x00")
	f.Fuzz(func(t *testing.T, project, name, holder, next, successor string) {
		volumes := []hosts.Volume{
			{Name: name, Labels: map[string]string{labelHolder: holder, labelProcess: successor, labelSince: holder}},
			{Name: next, Labels: map[string]string{labelHolder: successor, labelProcess: holder}},
		}
		c := readChain(project, volumes)
		assert.Assert(t, len(c.names) <= 2)
		assert.Equal(t, c.holder == nil, len(c.names) == 0)
		if c.holder != nil {
			assert.Equal(t, c.next, successorName(*c.holder))
			_ = c.pulse() + c.holder.String()
		}
	})
}
