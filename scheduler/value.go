package scheduler

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// noValue refuses a value where a strategy takes none. YAML's `random: true`
// and `random:` say the same as `random`.
func noValue(name string, value any) error {
	if value == nil || value == true {
		return nil
	}
	return fmt.Errorf("%s takes no value, not %s", name, quoted(value))
}

// quoted shows a value of a compose file as its author would recognise it.
func quoted(value any) string {
	if s, ok := value.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(value)
}

// wholeNumber reads a number in the types that YAML and JSON decoders give.
func wholeNumber(value any) (int, bool) {
	switch n := value.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case uint64:
		return int(min(n, math.MaxInt)), true
	case float64:
		return int(n), n == math.Trunc(n) && math.Abs(n) < 1<<53
	}
	return 0, false
}

// words reads a string, or a list of at least one.
func words(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		return []string{v}, v != ""
	case []any:
		var all []string
		for _, e := range v {
			word, ok := e.(string)
			if !ok || word == "" {
				return nil, false
			}
			all = append(all, word)
		}
		return all, len(all) > 0
	}
	return nil, false
}

// fraction reads a part of a whole above 0 and up to 1: 0.75, "75%".
func fraction(value any) (float64, bool) {
	var f float64
	switch v := value.(type) {
	case float64:
		f = v
	case int:
		f = float64(v)
	case string:
		n, err := strconv.ParseFloat(strings.TrimSuffix(v, "%"), 64)
		if err != nil || !strings.HasSuffix(v, "%") {
			return 0, false
		}
		f = n / 100
	}
	return f, f > 0 && f <= 1
}

// pattern is a regular expression that has to match as a whole.
func pattern(text string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(text); err != nil {
		return nil, err // in the user's words, without what is added
	}
	return regexp.Compile(`\A(?:` + text + `)\z`)
}
