// Package invented makes hosts that don't exist out of a few words, so that a
// pool can be tried before it is bought: "1000x4cpu-16g,zone=a..c".
package invented

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// most bounds how many hosts, and how many values of a label, can be asked for.
const most = 100_000

// group is hosts of one size.
type group struct {
	count    int
	capacity hosts.Resources
	// name begins their names.
	name, location, os, arch string
	labels                   []label
}

// label is one label, with the values that hosts have in turn.
type label struct {
	key    string
	values []string
}

// Parse reads groups of hosts:
//
//	POOL  = GROUP {("," or ";") GROUP}
//	GROUP = [COUNT "x"] CPUS "cpu" ["-" MEMORY] {"," KEY "=" VALUE}
//	VALUE = WORD, or several as "a|b|c", "a..c" or "1..12"
//
// MEMORY is a number with m, g or t. The keys name (which their names begin
// with), location, os and arch are the hosts' own; any other is a label. Hosts
// have the values of labels in turn, each combination once before one returns.
func Parse(text string) ([]hosts.Host, error) {
	var groups []group
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' }) {
		word = strings.TrimSpace(word)
		var err error
		key, value, attribute := strings.Cut(word, "=")
		switch {
		case !attribute:
			var g group
			g, err = parseSize(word)
			groups = append(groups, g)
		case len(groups) == 0:
			err = fmt.Errorf("%q stands before any size; begin with one, such as 3x4cpu-8g", word)
		default:
			err = groups[len(groups)-1].set(strings.TrimSpace(key), strings.TrimSpace(value))
		}
		if err != nil {
			return nil, err
		}
	}
	if len(groups) == 0 {
		return nil, fmt.Errorf("no hosts are named; write them as 3x4cpu-8g,zone=a..c")
	}
	return build(groups)
}

var size = regexp.MustCompile(`^(?:(\d+)x)?(\d+(?:\.\d+)?)cpus?(?:-(\d+(?:\.\d+)?)([mgt])(?:i?b)?)?$`)

func parseSize(word string) (group, error) {
	m := size.FindStringSubmatch(strings.ToLower(word))
	if m == nil {
		return group{}, fmt.Errorf("%q is no size of hosts; write it as 3x4cpu-8g", word)
	}
	g := group{count: 1, name: "sim", os: "linux", arch: "amd64"}
	var err error
	if m[1] != "" {
		if g.count, err = strconv.Atoi(m[1]); err != nil || g.count > most || g.count == 0 {
			return g, fmt.Errorf("%q: the number of hosts must be from 1 to %d", word, most)
		}
	}
	cpus, memory := number(m[2]), number(cmp.Or(m[3], "0"))
	units := map[string]float64{"m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
	if cpus > 1e6 || memory*units[m[4]] > math.MaxInt64/4 || cpus == 0 {
		return g, fmt.Errorf("%q: there is no host of that size", word)
	}
	g.capacity = hosts.Resources{NanoCPUs: int64(cpus * 1e9), MemoryBytes: int64(memory * units[m[4]])}
	return g, nil
}

func number(digits string) float64 {
	f, _ := strconv.ParseFloat(digits, 64) // which the pattern has checked
	return f
}

var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)

func (g *group) set(key, value string) error {
	if !word.MatchString(key) {
		return fmt.Errorf("%q: a key must be a word", key+"="+value)
	}
	own := map[string]*string{"name": &g.name, "location": &g.location, "os": &g.os, "arch": &g.arch}[key]
	if own != nil {
		if !word.MatchString(value) {
			return fmt.Errorf("%q: the %s must be a word", key+"="+value, key)
		}
		*own = value
		return nil
	}
	values, err := parseValues(value)
	if err != nil {
		return fmt.Errorf("%q: %w", key+"="+value, err)
	}
	g.labels = append(g.labels, label{key, values})
	return nil
}

// parseValues reads "a", "a|b|c", "a..c" and "1..12".
func parseValues(text string) ([]string, error) {
	if from, to, found := strings.Cut(text, ".."); found {
		return span(from, to)
	}
	values := strings.Split(text, "|")
	for _, v := range values {
		if !word.MatchString(v) {
			return nil, fmt.Errorf("a value must be a word, several as a|b|c, a..c or 1..12")
		}
	}
	return values, nil
}

// span is the letters, or the numbers, from one to another.
func span(from, to string) ([]string, error) {
	low, errLow := strconv.Atoi(from)
	high, errHigh := strconv.Atoi(to)
	write := strconv.Itoa
	if errLow != nil && errHigh != nil && len(from) == 1 && len(to) == 1 && word.MatchString(from) && word.MatchString(to) {
		low, high, errLow, errHigh = int(from[0]), int(to[0]), nil, nil
		write = func(c int) string { return string(rune(c)) }
	}
	if errLow != nil || errHigh != nil || low > high || low < 0 || high-low >= most {
		return nil, fmt.Errorf("a range goes from a letter or a number up to another: a..c, 1..12")
	}
	var values []string
	for n := low; n <= high; n++ {
		values = append(values, write(n))
	}
	return values, nil
}
