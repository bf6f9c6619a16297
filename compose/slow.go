package compose

import (
	"time"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// slowAnswer is how long a host may take to answer before the user is told what
// is waited for.
const slowAnswer = 1500 * time.Millisecond

// awaited tells, as progress, of a host that takes long to answer. Answered has
// to be called once it has, or won't: in that case a warning tells why.
func (e *Env) awaited(h hosts.Host) (answered func(error)) {
	if e.Events == nil {
		return func(error) {}
	}
	event := execute.Event{ID: "Host " + h.Name, Status: execute.Working, Text: "Waiting"}
	told := make(chan struct{})
	slow := time.AfterFunc(slowAnswer, func() {
		e.Events(event)
		close(told)
	})
	return func(err error) {
		if slow.Stop() {
			return
		}
		<-told
		event.Status, event.Text = execute.Done, "Answered"
		if err != nil {
			event.Status, event.Text = execute.Warning, "Silent"
		}
		e.Events(event)
	}
}
