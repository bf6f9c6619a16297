package progress

import (
	"encoding/json"
	"io"
	"sync"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// jsonLines writes every event as one object a line.
type jsonLines struct {
	mu  sync.Mutex
	enc *json.Encoder
}

func newJSON(out io.Writer) *jsonLines { return &jsonLines{enc: json.NewEncoder(terminal.JSON(out))} }

func (j *jsonLines) Event(e execute.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	_ = j.enc.Encode(e) // a reader that went away misses progress, no more
}

func (j *jsonLines) Flush() {}

func (j *jsonLines) Aside(write func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	write()
}
