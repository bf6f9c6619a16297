package container_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// recorder stands between a client and an engine, and keeps what the client
// asks to be created.
type recorder struct {
	*httptest.Server
	mu       sync.Mutex
	requests requests
	ids      map[string]string // of containers and networks, to names
}

// requests are what a client asked for, by name.
type requests struct {
	Containers map[string]*request       `json:"containers"`
	Networks   map[string]map[string]any `json:"networks,omitempty"`
	Volumes    map[string]map[string]any `json:"volumes,omitempty"`
}

// request is all that was asked for one container, in one call or several.
type request struct {
	Platform string         `json:"platform,omitempty"`
	Config   map[string]any `json:"config"`
	Host     map[string]any `json:"host"`
	Networks map[string]any `json:"networks,omitempty"`
	Files    []hosts.File   `json:"files,omitempty"`
}

func newRequests() requests {
	return requests{map[string]*request{}, map[string]map[string]any{}, map[string]map[string]any{}}
}

func record(t *testing.T, socket string) *recorder {
	t.Helper()
	r := &recorder{requests: newRequests(), ids: map[string]string{}}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(p *httputil.ProxyRequest) { p.SetURL(&url.URL{Scheme: "http", Host: "engine"}) },
		Transport:      dialling(socket),
		FlushInterval:  -1,
		ModifyResponse: r.answered,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if !errors.Is(err, context.Canceled) {
				t.Logf("proxy: %v", err)
			}
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Method == http.MethodPost && strings.Contains(q.URL.Path, "/create") || strings.HasSuffix(q.URL.Path, "/connect") || q.Method == http.MethodPut {
			body, err := io.ReadAll(q.Body)
			assert.Check(t, err)
			q.Body = io.NopCloser(bytes.NewReader(body))
			q = q.WithContext(context.WithValue(q.Context(), bodyKey{}, body))
		}
		proxy.ServeHTTP(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

type bodyKey struct{}

func dialling(socket string) *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimPrefix(socket, "unix://"))
	}}
}

var versioned = regexp.MustCompile(`^/v1\.\d+`)

// answered keeps the requests that the engine accepted.
func (r *recorder) answered(answer *http.Response) error {
	body, ok := answer.Request.Context().Value(bodyKey{}).([]byte)
	if !ok || answer.StatusCode >= 300 {
		return nil
	}
	id, err := createdID(answer)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	at := versioned.ReplaceAllString(answer.Request.URL.Path, "")
	switch query := answer.Request.URL.Query(); {
	case at == "/containers/create":
		r.ids[id] = query.Get("name")
		return r.container(query, body)
	case at == "/networks/create":
		return r.resource(r.requests.Networks, body, id)
	case at == "/volumes/create":
		return r.resource(r.requests.Volumes, body, "")
	case strings.HasPrefix(at, "/networks/"):
		return r.connected(path.Base(path.Dir(at)), body)
	case strings.HasSuffix(at, "/archive"):
		return r.copied(r.name(strings.Split(at, "/")[2]), query.Get("path"), body)
	}
	return nil
}

func createdID(answer *http.Response) (string, error) {
	content, err := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(content))
	var created struct{ ID string }
	if len(content) > 0 && content[0] == '{' {
		err = errors.Join(err, json.Unmarshal(content, &created))
	}
	return created.ID, err
}

func (r *recorder) name(id string) string {
	if name, ok := r.ids[id]; ok {
		return name
	}
	return id
}

func (r *recorder) container(query url.Values, body []byte) error {
	q := &request{Platform: query.Get("platform"), Networks: map[string]any{}}
	var parts struct {
		HostConfig       map[string]any
		NetworkingConfig struct{ EndpointsConfig map[string]any }
	}
	err := errors.Join(json.Unmarshal(body, &parts), json.Unmarshal(body, &q.Config))
	delete(q.Config, "HostConfig")
	delete(q.Config, "NetworkingConfig")
	q.Host = parts.HostConfig
	for name, endpoint := range parts.NetworkingConfig.EndpointsConfig {
		q.Networks[name] = endpoint
	}
	r.requests.Containers[query.Get("name")] = q
	return err
}

func (r *recorder) resource(kind map[string]map[string]any, body []byte, id string) error {
	var asked map[string]any
	err := json.Unmarshal(body, &asked)
	name, _ := asked["Name"].(string)
	kind[name] = asked
	if id != "" {
		r.ids[id] = name
	}
	return err
}

func (r *recorder) connected(network string, body []byte) error {
	var asked struct {
		Container      string
		EndpointConfig map[string]any
	}
	err := json.Unmarshal(body, &asked)
	r.requests.Containers[r.name(asked.Container)].Networks[r.name(network)] = asked.EndpointConfig
	return err
}

func (r *recorder) copied(container, folder string, body []byte) error {
	q := r.requests.Containers[container]
	files := tar.NewReader(bytes.NewReader(body))
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(files)
		if err != nil {
			return err
		}
		if header.Typeflag == tar.TypeReg {
			q.Files = append(q.Files, hosts.File{
				Path: path.Join(folder, header.Name), Content: content,
				Mode: header.Mode, UID: header.Uid, GID: header.Gid,
			})
		}
	}
}
