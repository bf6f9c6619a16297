package compose

import (
	"context"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// reach is the context of what is read on a host. It ends where the host goes
// away: after a power cut a stream would wait for ever.
func (a *attachment) reach(ctx context.Context, host string) context.Context {
	if reach, ok := a.reaches[host]; ok {
		return reach.Context
	}
	reach, cancel := context.WithCancel(ctx)
	a.reaches[host] = presence{reach, cancel}
	return reach
}

// presence is a host that is there, for as long as it is.
type presence struct {
	context.Context
	end context.CancelFunc
}

// lose notes that a host has gone away. What runs there, for all that is known, is
// waited for.
func (a *attachment) lose(h hosts.Host, err error) {
	if _, known := a.away[h.Name]; known {
		return
	}
	if reach, ok := a.reaches[h.Name]; ok {
		reach.end()
		delete(a.reaches, h.Name)
	}
	attached := a.attachedOn(h.Name)
	if a.away[h.Name] = attached; attached {
		a.speak(func() { a.audience.Lost(h.Name, err) })
	}
}

// regain goes on with a host whose events can be heard again.
func (a *attachment) regain(ctx context.Context, h hosts.Host) {
	if a.away[h.Name] {
		a.speak(func() { a.audience.Regained(h.Name) })
	}
	delete(a.away, h.Name)
	a.review(ctx, h)
}

func (a *attachment) attachedOn(host string) bool {
	for _, one := range a.live {
		if one.host == host {
			return true
		}
	}
	return false
}

// awaited tells whether the end of a container is waited for. On a host that is
// away it won't be heard of once all are stopped for good.
func (a *attachment) awaited(one *attached) bool {
	_, away := a.away[one.host]
	return !one.beside && !(away && a.ending())
}

// ending tells that containers are being stopped for good.
func (a *attachment) ending() bool {
	select {
	case <-a.options.Ending:
		return true
	default:
		return false
	}
}
