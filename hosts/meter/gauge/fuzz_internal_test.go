package gauge

import (
	"testing"

	"gotest.tools/v3/assert"
)

// FuzzProc reads any bytes as /proc/stat and /proc/meminfo.
func FuzzProc(f *testing.F) {
	f.Add([]byte("cpu  1 2 3 4 5 6 7 8 9 10\n"))
	f.Add([]byte("MemTotal: 100 kB\nMemAvailable: 40 kB\n"))
	f.Add([]byte("MemTotal: 9223372036854775807 kB\nMemAvailable: 0 kB\n"))
	f.Add([]byte("cpu 18446744073709551615 1 1 1"))
	f.Fuzz(func(t *testing.T, content []byte) {
		_, _ = parseTicks(content)
		if used, err := usedMemory(content); err == nil {
			assert.Assert(t, used >= 0, "%d", used)
		}
	})
}
