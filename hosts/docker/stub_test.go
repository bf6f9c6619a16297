package docker_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// stub is an engine of canned answers, by "METHOD /path" without the version.
type stub struct {
	api     string
	answers map[string]http.HandlerFunc

	mu       sync.Mutex
	requests []string
	bodies   map[string]string
	headers  map[string]http.Header
}

func newStub(api string) *stub {
	return &stub{api: api, answers: map[string]http.HandlerFunc{}, bodies: map[string]string{}, headers: map[string]http.Header{}}
}

// on answers with a status and a JSON text.
func (s *stub) on(route string, status int, body string) {
	s.answers[route] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, "/v"+s.api); ok {
		path = rest
	}
	route := r.Method + " " + path
	s.note(route, r)
	if path == "/_ping" {
		w.Header().Set("Api-Version", s.api)
		return
	}
	if answer, ok := s.answers[route]; ok {
		answer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": "no answer for " + route})
}

func (s *stub) note(route string, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, route)
	s.bodies[route] = string(body)
	s.headers[route] = r.Header
}

func (s *stub) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

func (s *stub) body(route string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bodies[route]
}

// serve serves a handler on a socket, and returns its URL.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	// Not t.TempDir: the names of tests make it longer than a socket may be.
	dir, err := os.MkdirTemp("", "stub")
	assert.NilError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	assert.NilError(t, err)
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}}
	server.Start()
	t.Cleanup(server.Close)
	return "unix://" + socket
}

func open(t testing.TB, url string, o docker.Options) *docker.Engine {
	t.Helper()
	return openHost(t, hosts.Host{Name: "h1", Endpoint: hosts.Endpoint{URL: url}}, o)
}

func openHost(t testing.TB, h hosts.Host, o docker.Options) *docker.Engine {
	t.Helper()
	e, err := docker.Open(h, o)
	assert.NilError(t, err)
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func (s *stub) header(route, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.headers[route].Get(name)
}
