package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/logview"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

// audience shows what attached containers do, and finds out when the first of
// them that matters has ended.
type audience struct {
	view    *logview.View
	session *session
	attach  attachOptions

	// attached is closed once all is heard that comes, aborted is closed by the exit that a flag wants to be the end.
	attached, aborted chan struct{}
	once              sync.Once
	// first is the code of that exit, codes are the last ones by service.
	first int
	codes map[string]int
}

func (a *audience) Attaching(containers []string) {
	a.view.Expect(containers)
	if len(containers) > 0 {
		fmt.Fprintln(a.session.out, terminal.Clean("Attaching to "+strings.Join(containers, ", ")))
	}
	close(a.attached)
}

func (a *audience) Line(r compose.LogRecord) { a.view.Show(lineOf(r)) }

func (a *audience) Exited(e compose.Exit) {
	sentence := fmt.Sprintf("exited with code %d", e.Code)
	if e.Restarting {
		sentence += " (restarting)"
	}
	a.view.Tell(e.Container, sentence)
	if e.Restarting {
		return
	}
	a.codes[e.Service] = e.Code
	if a.attach.abortOnExit || a.attach.abortOnFailure && e.Code != 0 {
		a.once.Do(func() {
			a.first = e.Code
			close(a.aborted)
		})
	}
}

func (a *audience) Lost(host string, err error) {
	a.session.warn(fmt.Sprintf("host %s is out of reach (%v); its output stops here until it answers again", host, err))
}

func (a *audience) Regained(host string) {
	a.session.warn(fmt.Sprintf("host %s answers again; its output goes on", host))
}

// verdict is the exit code of an up that was cut short: 130 for the user's
// doing, otherwise that of the service asked for or of the first exit. It is
// called once all containers have ended.
func (a *audience) verdict(ctx context.Context) error {
	if interrupted(ctx) {
		return status(codeInterrupted)
	}
	code := a.first
	if from := a.attach.exitCodeFrom; from != "" {
		code = a.codes[from]
	}
	if code == 0 {
		return nil
	}
	return status(code)
}
