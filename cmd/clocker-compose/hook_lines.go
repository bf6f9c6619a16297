package main

import (
	"strings"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/logview"
	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// hookLines are what hooks write. Lines that come while progress is drawn wait
// until there is a view to show them.
type hookLines struct {
	project string
	now     func() time.Time

	mu      sync.Mutex
	view    *logview.View
	waiting []logview.Line
}

// hear takes a line, from any goroutine.
func (h *hookLines) hear(l execute.HookLine) {
	h.mu.Lock()
	defer h.mu.Unlock()
	line := logview.Line{Container: strings.TrimPrefix(l.Source, h.project+"-"), Hook: true, Time: h.now(), Text: l.Text}
	if h.view == nil {
		h.waiting = append(h.waiting, line)
		return
	}
	h.view.Show(line)
}

// show shows all lines, and from now on each as it comes.
func (h *hookLines) show(view *logview.View) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, line := range h.waiting {
		view.Show(line)
	}
	h.view, h.waiting = view, nil
}
