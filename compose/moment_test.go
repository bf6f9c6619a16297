package compose

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

func TestParseMoment(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for in, want := range map[string]time.Time{
		"":                               {},
		"10m":                            now.Add(-10 * time.Minute),
		"0s":                             now,
		"1700000000":                     time.Unix(1700000000, 0),
		"1700000000.5":                   time.Unix(1700000000, 5e8),
		"2025-12-31":                     time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC),
		"2025-12-31T10:20":               time.Date(2025, 12, 31, 10, 20, 0, 0, time.UTC),
		"2025-12-31T10:20:30.000000001Z": time.Date(2025, 12, 31, 10, 20, 30, 1, time.UTC),
		"2025-12-31T10:20:30+02:00":      time.Date(2025, 12, 31, 8, 20, 30, 0, time.UTC),
	} {
		got, err := parseMoment(in, now)
		assert.NilError(t, err, in)
		assert.Assert(t, got.Equal(want), "%q is %s", in, got)
	}
	for _, wrong := range []string{"xx", "tomorrow", "12:30", "1e300", "2025-13-01", "NaN"} {
		_, err := parseMoment(wrong, now)
		assert.ErrorContains(t, err, "failed to parse value as time or duration", wrong)
	}
}
