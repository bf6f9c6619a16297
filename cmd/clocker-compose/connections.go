package main

import (
	"errors"
	"sync"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// connections keeps one engine a host for as long as the program runs.
type connections struct {
	open func(hosts.Host) (engine, error)

	mu    sync.Mutex
	byKey map[string]engine
}

func newConnections(open func(hosts.Host) (engine, error)) *connections {
	return &connections{open: open, byKey: map[string]engine{}}
}

// connect returns the engine of a host, the same one each time. A machine that is
// made in the place of one that is gone may have its name and its address, but has
// a host key of its own.
func (c *connections) connect(h hosts.Host) (engine, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := h.Name + "\x00" + h.Endpoint.String() + "\x00" + h.Endpoint.SSH.KnownHosts
	if e, ok := c.byKey[key]; ok {
		return e, nil
	}
	e, err := c.open(h)
	if err != nil {
		return nil, err
	}
	c.byKey[key] = e
	return e, nil
}

func (c *connections) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var problems []error
	for key, e := range c.byKey {
		problems = append(problems, e.Close())
		delete(c.byKey, key)
	}
	return errors.Join(problems...)
}
