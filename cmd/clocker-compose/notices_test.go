package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// Who looks again and again tells once that a cloud doesn't answer, or that a host
// key is another, and again where it was otherwise meanwhile.
func TestNoticesAreToldOnceWhileTheyAreSo(t *testing.T) {
	var said bytes.Buffer
	s := newSession(process{err: &said}, wiring{}, "")
	down := []error{&unlisted{"burst", errors.New("location burst: connection refused")}, &unlisted{"eu", errors.New("location eu: no route")}}
	for range 3 {
		s.warnUnlisted(down)
		s.notice("host keys of far", "machine far-1: another key", "machine far-2: another key")
	}
	s.notice("list of burst") // which answers again
	s.notice("host keys of far", "machine far-2: another key")
	s.warnUnlisted(down)
	s.notice("host keys of far", "machine far-1: another key", "machine far-2: another key")
	for sentence, times := range map[string]int{
		"location burst: connection refused; its machines aren't known": 2,
		"location eu: no route; its machines aren't known":              1,
		"machine far-1: another key":                                    2,
		"machine far-2: another key":                                    1,
	} {
		assert.Equal(t, strings.Count(said.String(), sentence), times, said.String())
	}
}
