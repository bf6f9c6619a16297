// Package remotetest has a registry and a git server for tests.
package remotetest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Registry is a registry in memory, as far as artifacts need one.
type Registry struct {
	*httptest.Server
	mu sync.Mutex
	// Blobs and Manifests are by digest, Types are the manifests' media types,
	// Tags are digests by NAME:TAG.
	Blobs, Manifests map[string][]byte
	Types, Tags      map[string]string
	// Requests are METHOD PATH, in order; Authorization is the last one that came.
	Requests      []string
	Authorization string
	// RefuseTyped refuses manifests with a type of the artifact, as old registries do.
	RefuseTyped bool
	// Password, where there is one, has to be user:PASSWORD's.
	Password string
}

// NewRegistry starts a registry without TLS; the caller closes it.
func NewRegistry() *Registry {
	r := &Registry{Blobs: map[string][]byte{}, Manifests: map[string][]byte{}, Types: map[string]string{}, Tags: map[string]string{}}
	r.Server = httptest.NewServer(r)
	return r
}

// Host is HOST:PORT.
func (r *Registry) Host() string { return strings.TrimPrefix(r.URL, "http://") }

// ServeHTTP answers one request.
func (r *Registry) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Requests = append(r.Requests, q.Method+" "+q.URL.Path)
	if user, password, _ := q.BasicAuth(); r.Password != "" && (user != "user" || password != r.Password) {
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.Authorization = q.Header.Get("Authorization")
	name, last, _ := cutLast(strings.TrimPrefix(q.URL.Path, "/v2/"))
	name, kind, _ := cutLast(name)
	switch {
	case kind == "manifests" && q.Method == http.MethodPut:
		r.putManifest(w, q, name, last)
	case kind == "manifests":
		r.getManifest(w, q, name, last)
	case strings.Contains(q.URL.Path, "/blobs/uploads") && q.Method == http.MethodPost:
		w.Header().Set("Location", strings.TrimSuffix(q.URL.Path, "/")+"/upload")
		w.WriteHeader(http.StatusAccepted)
	case q.Method == http.MethodPut:
		body, _ := io.ReadAll(q.Body)
		r.Blobs[digestOf(body)] = body
		w.WriteHeader(http.StatusCreated)
	case kind == "blobs":
		answer(w, q, r.Blobs[last], last, "application/octet-stream")
	default:
		w.WriteHeader(http.StatusOK)
	}
}

func (r *Registry) putManifest(w http.ResponseWriter, q *http.Request, name, tag string) {
	body, _ := io.ReadAll(q.Body)
	if r.RefuseTyped && strings.Contains(string(body), `"artifactType"`) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	digest := digestOf(body)
	r.Manifests[digest], r.Types[digest], r.Tags[name+":"+tag] = body, q.Header.Get("Content-Type"), digest
	w.WriteHeader(http.StatusCreated)
}

func (r *Registry) getManifest(w http.ResponseWriter, q *http.Request, name, reference string) {
	digest := reference
	if !strings.HasPrefix(digest, "sha256:") {
		digest = r.Tags[name+":"+reference]
	}
	answer(w, q, r.Manifests[digest], digest, r.Types[digest])
}

func answer(w http.ResponseWriter, q *http.Request, body []byte, digest, mediaType string) {
	if body == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Docker-Content-Digest", digest)
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	if q.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

func digestOf(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }

func cutLast(path string) (before, after string, found bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// Put tags a manifest.
func (r *Registry) Put(tag, mediaType string, raw []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	digest := digestOf(raw)
	r.Manifests[digest], r.Types[digest], r.Tags[tag] = raw, mediaType, digest
}
