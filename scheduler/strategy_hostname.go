package scheduler

import (
	"fmt"
	"regexp"
)

// hostname is the filter hostname: a host whose name in the pool, or whose
// machine's, matches a regular expression as a whole.
type hostname struct {
	text    string
	matches *regexp.Regexp
}

func newHostname(value any) (Rule, error) {
	text, ok := value.(string)
	if !ok || text == "" {
		return nil, fmt.Errorf("hostname wants a regular expression, such as `hostname: web[0-9]+`, not %s", quoted(value))
	}
	matches, err := pattern(text)
	if err != nil {
		return nil, fmt.Errorf("hostname %q: %w", text, err)
	}
	return hostname{text, matches}, nil
}

func (hostname) Name() string { return "hostname" }

func (f hostname) Check(_ *Task, s *Seat) (int64, bool) {
	return 0, f.matches.MatchString(s.Host.Name) || f.matches.MatchString(s.Host.Hostname)
}

func (f hostname) Refuse(*Task, *Seat, int64) Refusal {
	return Refusal{Reason: "isn't called " + f.text, Summary: "aren't called " + f.text}
}

func (hostname) Evicts() bool { return true }

func (hostname) Hint(t *Task) string { return "change hostname of " + t.Service }
