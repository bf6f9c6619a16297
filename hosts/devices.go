package hosts

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Devices are countable things of a host beside CPUs and memory, by kind: GPUs
// and what else its engine or its owner names. nil is none.
type Devices map[string]int64

// ManyDevices is the count of a kind that a host has, of which nobody says how many.
const ManyDevices = -1

// KindGPU is the kind of all GPUs that an engine hands out.
const KindGPU = "gpu"

// Kinds are sorted.
func (d Devices) Kinds() []string { return slices.Sorted(maps.Keys(d)) }

// Add is the sum, kind by kind; neither is written to.
func (d Devices) Add(o Devices) Devices {
	if len(o) == 0 {
		return d
	}
	sum := maps.Clone(o)
	for kind, n := range d {
		sum[kind] = atMost(sum[kind], n)
	}
	return sum
}

// String is "gpu=2,ssd=1", and "" for none.
func (d Devices) String() string {
	var parts []string
	for _, kind := range d.Kinds() {
		parts = append(parts, kind+"="+strconv.FormatInt(d[kind], 10))
	}
	return strings.Join(parts, ",")
}

// ParseDevices reads what String writes; what isn't of it is left out.
func ParseDevices(text string) Devices {
	var d Devices
	for part := range strings.SplitSeq(text, ",") {
		i := strings.LastIndexByte(part, '=')
		if i <= 0 {
			continue
		}
		n, err := strconv.ParseInt(part[i+1:], 10, 64)
		if err != nil || n < 0 {
			continue
		}
		if d == nil {
			d = Devices{}
		}
		d[part[:i]] = atMost(d[part[:i]], n)
	}
	return d
}

// atMost is the sum of two counts, or the highest number where it is beyond that.
func atMost(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
