package argv_test

import (
	"errors"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
)

// FuzzNormalise reads any line: what it refuses is the user's mistake, and what
// it takes means the same when it is read again.
func FuzzNormalise(f *testing.F) {
	for _, seed := range []string{"up -dt5 web --scale=a=1", "-f a up -- -d", "hosts add -f x", "up --no-such", "-", "--", "up -t", "up -d=x", "--file="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, words string) {
		line, err := grammar().Normalise(append([]string{"clocker-compose"}, strings.Split(words, " ")...))
		var usage *argv.UsageError
		if err != nil {
			assert.Assert(t, errors.As(err, &usage), "%v", err)
			return
		}
		again, err := grammar().Normalise(line.Args)
		assert.NilError(t, err)
		if line.Unknown == "" {
			assert.DeepEqual(t, again.Args, line.Args)
		}
	})
}
