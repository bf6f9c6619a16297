package compose

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// attend follows what runs on a host, and goes on where it was each time that
// the host was away.
func (f *followers) attend(h hosts.Host) {
	v := vigil{
		env: f.logs.env, host: h, project: f.logs.project, warn: f.logs.tellOf,
		missing: "its logs stop here until it answers again", back: "its logs go on",
	}
	first, held := f.logs.hosts[h.Name], false
	err := v.keep(f.ctx, func(ctx context.Context, e Engine) (bool, error) {
		here := first
		if first = nil; here == nil {
			here = f.logs.host(ctx, h.Name, e)
		}
		stop := context.AfterFunc(ctx, func() { here.lose("") })
		defer stop()
		f.serve(here, &held)
		return false, nil
	})
	if err != nil && f.ctx.Err() == nil {
		f.logs.tellOf(fmt.Sprintf("host %s: %s; its logs end here", h.Name, err))
	}
}

// serve follows what runs on a host until the host is lost. While it is away,
// held says that containers run there for all that is known.
func (f *followers) serve(h *logHost, held *bool) {
	var listening sync.WaitGroup
	listening.Go(func() { f.listen(h) })
	select {
	case <-f.opened:
		f.take(h)
		f.sweep(h)
	case <-h.ctx.Done():
	}
	f.hold(held, false)
	<-h.ctx.Done()
	listening.Wait()
	h.followers.Wait()
	f.hold(held, f.runsOn(h.name))
}

// hold keeps the following from ending.
func (f *followers) hold(held *bool, wanted bool) {
	switch {
	case wanted && !*held:
		f.tell(progress{running: 1})
	case !wanted && *held:
		f.tell(progress{running: -1})
	}
	*held = wanted
}

// listen hears of starts until the host is lost. An engine may close the
// connection and still be there; then it is opened anew.
func (f *followers) listen(h *logHost) {
	o := hosts.EventOptions{Label: ofProject(f.logs.project)}
	for {
		// Why it ended doesn't matter: the sweep finds out what is the matter now.
		_ = h.engine.Events(h.ctx, o, func(e hosts.ContainerEvent) { f.heard(h, e) })
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
		f.started(h, c)
	}
}

// sweep follows what runs on the host and isn't followed, or loses the host.
func (f *followers) sweep(h *logHost) {
	ctx, cancel := context.WithTimeout(h.ctx, f.logs.patience())
	defer cancel()
	o, err := h.engine.ObserveContainers(ctx, replicasOf(f.logs.project, false))
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
			f.started(h, c)
		}
	}
}
