package main

import (
	"context"

	"github.com/clocker-compose/clocker-compose/compose"
)

// watching is the watching of an attached up, which is turned on and off.
type watching struct {
	// stop ends it; nil where it is off.
	stop context.CancelFunc
	// ended has its end.
	ended chan error
}

// toggleWatch turns watching on or off.
func (a *attendance) toggleWatch() {
	if a.watching.stop == nil {
		a.watch()
		return
	}
	a.watching.stop()
	a.unwatched(<-a.watching.ended)
}

// watch begins to watch.
func (a *attendance) watch() {
	ctx, stop := context.WithCancel(a.following)
	ended := make(chan error, 1)
	a.watching = watching{stop: stop, ended: ended}
	a.menu.setWatching(true)
	a.work.Go(func() {
		ended <- compose.Watch(ctx, a.env, a.project, compose.WatchOptions{
			Services: a.Services, Prune: true, Out: a.session.out, Err: a.session.err, Tell: a.audience.view.Watch,
		})
	})
}

// unwatched notes that nothing is watched any more.
func (a *attendance) unwatched(err error) {
	a.watching.stop()
	a.watching = watching{}
	if err != nil {
		a.session.warn(err.Error())
	} else {
		a.audience.view.Watch("Watch disabled")
	}
	a.menu.setWatching(false)
}
