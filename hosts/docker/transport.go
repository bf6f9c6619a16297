package docker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// maxAnswer bounds an answer that is read as a whole. A host with 10,000
	// containers answers with some 30 MB.
	maxAnswer = 64 << 20
	// maxMessage bounds one message of a stream of messages.
	maxMessage = 4 << 20
	maxHeaders = 1 << 20
)

// transport is the one HTTP transport of a host. It counts requests, bounds
// answers, and keeps the cause of a failed connection, which the client would
// replace by a sentence of its own.
type transport struct {
	base    *http.Transport
	observe func(*http.Request)
	// answered is told what became of a request; may be nil.
	answered func(r *http.Request, status int, took time.Duration, err error)
	// reads are the places for short reads, nil for any number. Sessions of one
	// SSH connection are few, and commands in a container take their time.
	reads chan struct{}
}

// maxReads is how many short reads there are at once where each connection takes
// a program that the other side starts, as sessions of SSH do: two are quicker
// than six, and leave sessions for what takes long.
const maxReads = 2

func newTransport(t target, l link, o Options) *transport {
	base := &http.Transport{
		DialContext:            l.Dial,
		TLSClientConfig:        t.tls,
		TLSHandshakeTimeout:    o.ConnectTimeout,
		MaxIdleConns:           8,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: maxHeaders,
		DisableCompression:     t.url.Scheme == "unix",
	}
	if t.url.Scheme == "tcp" {
		base.Proxy = o.Proxy
	}
	result := &transport{base: base, observe: o.Requests}
	if t.url.Scheme == "ssh" || t.url.Scheme == schemeContainer {
		base.MaxIdleConns, base.MaxIdleConnsPerHost = maxReads, maxReads
		result.reads = make(chan struct{}, maxReads)
	}
	return result
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	first, _ := r.Context().Value(firstFailure{}).(*error)
	if first != nil && *first != nil {
		return nil, *first
	}
	if t.observe != nil {
		t.observe(r)
	}
	leave, err := t.enter(r)
	if err != nil {
		return nil, err
	}
	response, err := t.send(r)
	if err != nil {
		leave()
		err = keepCause(err)
		if first != nil {
			*first = err
		}
		return nil, err
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		leave()
		return response, nil // its body is the connection itself, to be written to as well
	}
	response.Body = &leaving{bound(r, response.Body), leave}
	if response.StatusCode >= http.StatusBadRequest {
		return refusal(response)
	}
	return response, nil
}

// send makes the round trip itself.
func (t *transport) send(r *http.Request) (*http.Response, error) {
	began := time.Now()
	response, err := t.base.RoundTrip(r)
	if t.answered != nil {
		status := 0
		if err == nil {
			status = response.StatusCode
		}
		t.answered(r, status, time.Since(began), err)
	}
	return response, err
}

// refusal reads an answer that is an error as a whole: the client doesn't close
// all of them, and each would keep its connection and its place.
func refusal(response *http.Response) (*http.Response, error) {
	content, err := io.ReadAll(io.LimitReader(response.Body, maxMessage))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(content))
	return response, nil
}

// enter takes a place where the request is a short read; leave gives it back.
func (t *transport) enter(r *http.Request) (leave func(), err error) {
	stream, _ := streams(r)
	if t.reads == nil || r.Method != http.MethodGet || stream {
		return func() {}, nil
	}
	select {
	case t.reads <- struct{}{}:
		return sync.OnceFunc(func() { <-t.reads }), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// leaving gives its place back when it is closed.
type leaving struct {
	io.ReadCloser
	leave func()
}

func (l *leaving) Close() error {
	defer l.leave()
	return l.ReadCloser.Close()
}

// firstFailure is the context key of a *error. Where it is set, the first
// failure to connect is the answer to all further requests of that context:
// the client tries a ping twice, which would double every timeout.
type firstFailure struct{}

func withFirstFailure(ctx context.Context) context.Context {
	return context.WithValue(ctx, firstFailure{}, new(error))
}

// connectionError hides the cause of a failed connection from the client,
// which otherwise drops it for "is the docker daemon running?". It does not
// unwrap, on purpose.
type connectionError struct{ cause error }

func (e *connectionError) Error() string { return "no connection to the engine" }

// keepCause leaves the end of a context alone: that is the caller's doing.
func keepCause(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &connectionError{err}
}

// streams tells whether an answer has no end of its own, and if so whether it
// consists of messages that end in a newline.
func streams(r *http.Request) (stream, messages bool) {
	path := r.URL.Path
	switch {
	case strings.HasSuffix(path, "/events"), strings.HasSuffix(path, "/images/create"), strings.HasSuffix(path, "/images/load"), strings.HasSuffix(path, "/push"):
		return true, true
	case strings.HasSuffix(path, "/logs"), strings.HasSuffix(path, "/images/get"), strings.HasSuffix(path, "/start") && strings.Contains(path, "/exec/"):
		return true, false
	case strings.Contains(path, "/containers/") && (strings.HasSuffix(path, "/archive") || strings.HasSuffix(path, "/export")):
		return true, false
	}
	return false, false
}
