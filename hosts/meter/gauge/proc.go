package gauge

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ticks are what all CPUs together did since the machine started.
type ticks struct{ busy, total uint64 }

// since is the part of the time from then to now in which CPUs were busy.
func (now ticks) since(then ticks) float64 {
	if now.total <= then.total || now.busy < then.busy {
		return 0
	}
	return min(1, float64(now.busy-then.busy)/float64(now.total-then.total))
}

// parseTicks reads the first line of /proc/stat: "cpu user nice system idle
// iowait irq softirq steal guest guest_nice". Guests are in user and nice
// already. A CPU that waits for a disk is idle; one that another machine has
// taken (steal) isn't.
func parseTicks(stat []byte) (ticks, error) {
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	fields := strings.Fields(string(line))
	if len(fields) < 5 || fields[0] != "cpu" {
		return ticks{}, errors.New("measure CPUs: /proc/stat doesn't begin with those of all CPUs")
	}
	var t ticks
	for i, field := range fields[1:min(len(fields), 9)] {
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return ticks{}, fmt.Errorf("measure CPUs: %w", err)
		}
		t.total += n
		if i != 3 && i != 4 { // idle and iowait
			t.busy += n
		}
	}
	return t, nil
}

// usedMemory is what /proc/meminfo says could not be given to a new program,
// in bytes.
func usedMemory(meminfo []byte) (int64, error) {
	total, err := kibibytes(meminfo, "MemTotal:")
	if err != nil {
		return 0, err
	}
	available, err := kibibytes(meminfo, "MemAvailable:")
	if err != nil {
		return 0, err
	}
	used := max(0, total-available)
	if total < 0 || available < 0 || used > math.MaxInt64/1024 {
		return 0, errors.New("measure memory: /proc/meminfo has more than there can be")
	}
	return used * 1024, nil
}

func kibibytes(meminfo []byte, key string) (int64, error) {
	for line := range bytes.Lines(meminfo) {
		if fields := strings.Fields(string(line)); len(fields) == 3 && fields[0] == key {
			return strconv.ParseInt(fields[1], 10, 64)
		}
	}
	return 0, fmt.Errorf("measure memory: /proc/meminfo has no %s", strings.TrimSuffix(key, ":"))
}
