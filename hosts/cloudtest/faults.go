package cloudtest

import (
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

// Lose lets the request be carried out, and cuts the connection instead of answering.
func Lose(_ http.ResponseWriter, r *http.Request, cloud http.Handler) {
	cloud.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
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
