package compose

import (
	"context"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// watch listens for starts on all hosts.
func (f *followers) watch() {
	for _, h := range f.logs.hosts {
		f.logs.running.Go(func() { f.listen(h) })
	}
}

// listen hears of starts until the host is lost. An engine may close the
// connection and still be there; then it is opened anew.
func (f *followers) listen(h *logHost) {
	label := hosts.LabelProject + "=" + f.logs.project
	for {
		// Why it ended doesn't matter: the sweep finds out what is the matter now.
		_ = h.engine.Events(h.ctx, hosts.EventOptions{Label: label}, func(e hosts.ContainerEvent) { f.heard(h, e) })
		select {
		case <-h.ctx.Done():
			return
		case <-time.After(again):
		}
		f.sweep(h)
	}
}

func (f *followers) heard(h *logHost, e hosts.ContainerEvent) {
	c := state.Container{Host: h.name, Container: hosts.Container{
		ID: e.ID, Name: e.Name, Labels: e.Labels, State: hosts.Running,
	}}
	if e.Action == "start" && f.logs.selects(c) {
		f.started(c)
	}
}

// guard finds what started before the hosts were listened to. Then it asks each
// host from time to time whether it is there: a power cut closes no connection.
func (f *followers) guard() {
	for _, h := range f.logs.hosts {
		f.logs.running.Go(func() {
			f.sweep(h)
			ticker := time.NewTicker(f.logs.patience())
			defer ticker.Stop()
			for {
				select {
				case <-ticker.C:
					f.ask(h)
				case <-h.ctx.Done():
					return
				}
			}
		})
	}
}

// ask asks for any container of the host: that it is there is enough.
func (f *followers) ask(h *logHost) {
	f.mutex.Lock()
	var one *state.Container
	for _, w := range f.known {
		if w.host == h {
			one = &w.container
			break
		}
	}
	f.mutex.Unlock()
	if one != nil {
		f.logs.answers(h, *one)
	}
}

// sweep follows what runs on the host and isn't followed, or loses the host.
func (f *followers) sweep(h *logHost) {
	ctx, cancel := context.WithTimeout(h.ctx, f.logs.patience())
	defer cancel()
	o, err := h.engine.Observe(ctx)
	if h.ctx.Err() != nil {
		return
	}
	if err != nil {
		h.lose(reason(err, f.logs.patience()))
		return
	}
	o.Host.Name = h.name
	for _, c := range f.logs.replicas(state.Snapshot{Observations: []hosts.Observation{o}}) {
		if alive(c.State) && !f.follows(c) {
			f.started(c)
		}
	}
}

// follows tells whether the container's log is being read.
func (f *followers) follows(c state.Container) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	w := f.known[place(c)]
	return w != nil && w.reading
}
