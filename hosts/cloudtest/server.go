// Package cloudtest is the front of the clouds that providers are tested with:
// servers on this machine that answer as a cloud's documentation says. Each
// provider's tests have the cloud itself; what goes wrong on the way to any
// cloud is here.
package cloudtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// Server is a cloud's API on a port of its own. Requests are served one by one.
type Server struct {
	URL string

	mu     sync.Mutex
	cloud  http.Handler
	name   func(*http.Request) string
	faults map[string][]Fault
	seen   []string
	ever   map[string]bool
}

// Fault happens to a request instead of an answer.
type Fault func(w http.ResponseWriter, r *http.Request, cloud http.Handler)

// New serves the cloud until the test ends. Name is what faults and counts call
// a request: its action, or its method and path.
func New(t *testing.T, cloud http.Handler, name func(*http.Request) string) *Server {
	s := &Server{cloud: cloud, name: name, faults: map[string][]Fault{}, ever: map[string]bool{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// ServeHTTP answers as the cloud does, but for the faults that are due.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.name(r)
	s.seen = append(s.seen, name)
	s.ever[name] = true
	if due := s.faults[name]; len(due) > 0 {
		s.faults[name] = due[1:]
		due[0](w, r, s.cloud)
		return
	}
	s.cloud.ServeHTTP(w, r)
}

// Next lets faults happen to the next requests of the name, one each.
func (s *Server) Next(name string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[name] = append(s.faults[name], faults...)
}

// Seen are the requests since it was asked last, each name with its number:
// "GET /servers" or "2 GET /servers".
func (s *Server) Seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := map[string]int{}
	for _, name := range s.seen {
		count[name]++
	}
	s.seen = nil
	var seen []string
	for _, name := range slices.Sorted(maps.Keys(count)) {
		if count[name] > 1 {
			name = fmt.Sprintf("%d %s", count[name], name)
		}
		seen = append(seen, name)
	}
	return seen
}

// Ever are the names of all requests that there have been.
func (s *Server) Ever() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.ever))
}

// Count is how often there was a request of the name since Seen was asked last.
func (s *Server) Count(name string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seen := range s.seen {
		if seen == name {
			n++
		}
	}
	return n
}

// Locked changes the cloud while no request is served.
func (s *Server) Locked(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}
