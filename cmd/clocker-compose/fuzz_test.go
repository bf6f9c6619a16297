package main

import (
	"testing"

	"gotest.tools/v3/assert"
)

// FuzzFlagValues gives any word to flags whose values have a form of ours.
func FuzzFlagValues(f *testing.F) {
	for _, seed := range []string{"web=3", "web=-1", "=", "a=b=c", "127.0.0.1:80-90:8080/udp", "[::1]:80:80", "99999", "1:2:3:4:5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		for _, parse := range []func([]string) (map[string]int, error){parseScale, parseReplicas} {
			scale, err := parse([]string{word})
			for service, n := range scale {
				assert.Assert(t, err == nil && service != "" && n >= 0, "%v %v", scale, err)
			}
		}
		labels, err := parseLabels([]string{word})
		assert.Assert(t, (err == nil) == (len(labels) == 1))
		_, _ = parsePorts([]string{word})
	})
}
