package cloudtest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
)

// Answer is an answer of the API's own, such as a refusal.
func Answer(status int, contentType, body string) Fault {
	return AnswerWith(http.Header{"Content-Type": {contentType}}, status, body)
}

// AnswerWith is an Answer with more headers.
func AnswerWith(header http.Header, status int, body string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Gateway is the page of a gateway before the cloud.
func Gateway(status int) Fault { return Answer(status, "text/html", "<html>") }

// Pass is no fault.
func Pass(w http.ResponseWriter, r *http.Request, cloud http.Handler) { cloud.ServeHTTP(w, r) }

// Lose lets the request be carried out, and cuts the connection instead of answering.
func Lose(_ http.ResponseWriter, r *http.Request, cloud http.Handler) {
	cloud.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// Twice lets the request be carried out for somebody else first.
func Twice(w http.ResponseWriter, r *http.Request, cloud http.Handler) {
	body, _ := io.ReadAll(r.Body)
	first := r.Clone(r.Context())
	first.Body, r.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
	cloud.ServeHTTP(httptest.NewRecorder(), first)
	cloud.ServeHTTP(w, r)
}

// Cut cuts the connection, and does nothing.
func Cut(http.ResponseWriter, *http.Request, http.Handler) {
	panic(http.ErrAbortHandler)
}

// Late lets the request be carried out, and answers with what a gateway says
// that waited too long.
func Late(status int, body string) Fault {
	return func(w http.ResponseWriter, r *http.Request, cloud http.Handler) {
		cloud.ServeHTTP(httptest.NewRecorder(), r)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
