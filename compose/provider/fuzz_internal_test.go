package provider

import (
	"io"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// FuzzListen hears any output of a provider: it ends, and no variable without a
// name and no line break in what is told comes of it unasked.
func FuzzListen(f *testing.F) {
	for _, seed := range []string{
		`{"type":"setenv","message":"URL=x"}`, `{"type":"info","message":"a\nb"}` + "\n" + `{"type":"error","message":"no"}`,
		`{"type":"get-service-config"}{"type":"rawsetenv","message":"="}`, `{"type":`, `[]`, `{"type":1}`, "null null",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, output string) {
		told := Call{Kind: "cloud", Config: []byte("{}"), Told: func(text string) { assert.Assert(t, !strings.Contains(text, "\n")) }}
		talk := talk{Call: told, in: io.Discard, variables: Variables{map[string]string{}, map[string]string{}}}
		_ = talk.listen(strings.NewReader(output))
		talk.answers.Wait()
		for name := range talk.variables.Prefixed {
			assert.Assert(t, !strings.Contains(name, "="))
		}
	})
}
