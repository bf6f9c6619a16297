package progress_test

import (
	"bytes"
	"testing"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/progress"
	"github.com/clocker-compose/clocker-compose/compose/execute"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// render shows some events and returns what was written.
func render(mode progress.Mode, terminal bool, events ...execute.Event) string {
	var out bytes.Buffer
	r := progress.New(progress.Options{Mode: mode, Title: "up", Out: &out, Terminal: terminal})
	for _, e := range events {
		r.Event(e)
	}
	r.Flush()
	return out.String()
}

func TestPlain(t *testing.T) {
	got := render(progress.Plain, true,
		execute.Event{ID: "Image nginx", Host: "h1", Status: execute.Working, Text: "Pulling"},
		execute.Event{ID: "abc", Parent: "Image nginx", Host: "h1", Status: execute.Working, Text: "Downloading", Percent: 3},
		execute.Event{ID: "Image nginx", Host: "h1", Status: execute.Working, Text: "Pulling", Percent: 50},
		execute.Event{ID: "Image nginx", Host: "h1", Status: execute.Done, Text: "Pulled"},
		execute.Event{ID: "Image nginx", Host: "h1", Status: execute.Done, Text: "Pulled"},
		execute.Event{ID: "Container a", Status: execute.Error, Text: "Error", Details: "no space"},
		execute.Event{ID: "Container b", Status: execute.Warning, Text: "Skipped", Details: "no\x1b[2J cache"},
	)
	assert.Equal(t, got, ` Image nginx Pulling [h1]
 Image nginx Pulled [h1]
 Container a Error
 Container b Skipped no\x1b[2J cache
`)
}

func TestJSON(t *testing.T) {
	got := render(progress.JSON, true,
		execute.Event{ID: "abc", Parent: "Image nginx", Host: "h1", Status: execute.Working, Text: "Downloading", Current: 1, Total: 2, Percent: 50})
	assert.Equal(t, got, `{"id":"abc","parent_id":"Image nginx","host":"h1","status":"Working","text":"Downloading","current":1,"total":2,"percent":50}`+"\n")
}

func TestQuiet(t *testing.T) {
	assert.Equal(t, render(progress.Quiet, true, execute.Event{ID: "x", Status: execute.Error}), "")
}

func TestAutoGoesByTheTerminal(t *testing.T) {
	e := execute.Event{ID: "Container a", Status: execute.Done, Text: "Started"}
	assert.Equal(t, render(progress.Auto, false, e), " Container a Started\n")
	assert.Assert(t, bytes.Contains([]byte(render(progress.Auto, true, e)), []byte("[+] up 1/1")))
	assert.Assert(t, bytes.Contains([]byte(render(progress.TTY, false, e)), []byte("[+] up 1/1")))
}

func TestParseMode(t *testing.T) {
	for in, want := range map[string]progress.Mode{"": progress.Auto, "none": progress.Quiet, "tty": progress.TTY} {
		got, err := progress.ParseMode(in)
		assert.NilError(t, err)
		assert.Equal(t, got, want)
	}
	_, err := progress.ParseMode("fancy")
	assert.Error(t, err, `unsupported --progress value "fancy": use auto, tty, plain, json or quiet`)
}
