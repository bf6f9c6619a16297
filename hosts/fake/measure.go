package fake

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// SetUse sets what a meter on the host reads; nil is a machine without a meter
// that works.
func (e *Engine) SetUse(use *hosts.Use) {
	_ = e.update(func(s *state) error {
		s.Use = use
		return nil
	})
}

// measures tells the container of a meter that runs.
func (r *record) measures() bool {
	return r.running() && slices.Contains(r.Spec.Config.Entrypoint, "measure")
}

// reading is what a meter writes at a moment; no line where it doesn't work.
func (s *state) reading(now time.Time) hosts.LogLine {
	if s.Use == nil {
		return hosts.LogLine{}
	}
	text, err := json.Marshal(hosts.Reading{
		Time: now.Add(-s.Use.Age), WindowSeconds: s.Use.Window.Seconds(), CPU: s.Use.CPU, MemoryBytes: s.Use.MemoryBytes, Disk: s.Use.Disk,
	})
	if err != nil {
		return hosts.LogLine{}
	}
	return hosts.LogLine{Time: now, Text: text}
}
