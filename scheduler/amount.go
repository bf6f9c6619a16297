package scheduler

import (
	"math"
	"strconv"
)

// memory is a number of bytes in the largest binary unit that leaves at least
// 1 of it, with at most one decimal. What is needed is rounded up and what is
// free is rounded down, so that no sentence says that 2 GiB don't fit in 2 GiB.
func memory(bytes int64, round func(float64) float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	value, unit := float64(bytes), 0
	for math.Abs(value) >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	return decimal(round(value*10)/10) + " " + units[unit]
}

// cpus is a number of billionths of a CPU in CPUs, with at most two decimals.
func cpus(nano int64, round func(float64) float64) string {
	return decimal(round(float64(nano)/1e7) / 100)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// count is a number with its noun: "1 container", "3 containers".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
