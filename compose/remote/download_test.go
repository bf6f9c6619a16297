package remote_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/remote"
)

// sumOfHello is that of "hello".
const sumOfHello = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

func downloadServer(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("hello"))
	})
	mux.HandleFunc("/from", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/hello", http.StatusFound) })
	mux.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/hello", http.StatusFound)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/stalls", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("hel"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/short", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("hel"))
	})
	s := httptest.NewTLSServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestDownload(t *testing.T) {
	s := downloadServer(t)
	d := remote.Downloads{Transport: s.Client().Transport, Most: 5}
	for _, address := range []string{"/hello", "/from"} {
		var got bytes.Buffer
		size, mediaType, err := d.Fetch(t.Context(), s.URL+address, sumOfHello, &got)
		assert.NilError(t, err)
		assert.Equal(t, got.String(), "hello")
		assert.Equal(t, mediaType, "text/plain")
		assert.Equal(t, size, int64(5))
	}
}

func TestDownloadsThatFail(t *testing.T) {
	s := downloadServer(t)
	withPassword := strings.Replace(s.URL, "https://", "https://me:secret@", 1)
	for _, c := range []struct {
		address, checksum, want string
		most                    int64
	}{
		{address: withPassword + "/absent", want: "the server answers 404 Not Found"},
		{address: s.URL + "/hello", checksum: "sha256:00", want: "its checksum is " + sumOfHello + ", and not sha256:00"},
		{address: s.URL + "/hello", most: 4, want: "refused: it has more than 4B"},
		{address: s.URL + "/plain", want: "refused: it leads from https to http"},
		{address: s.URL + "/round", want: "refused: it leads on and on"},
		{address: s.URL + "/stalls", want: "the server sends nothing more"},
		{address: s.URL + "/short", want: "unexpected EOF"},
		{address: "https://%zz/", want: "fetch: "},
	} {
		stalled := time.Minute
		if strings.HasSuffix(c.address, "/stalls") {
			stalled = 50 * time.Millisecond
		}
		d := remote.Downloads{Transport: s.Client().Transport, Most: c.most, Stalled: stalled}
		_, _, err := d.Fetch(t.Context(), c.address, c.checksum, new(bytes.Buffer))
		assert.ErrorContains(t, err, c.want, c.address)
		assert.Assert(t, !strings.Contains(err.Error(), "secret"), err)
	}
	_, _, err := (remote.Downloads{}).Fetch(t.Context(), s.URL+"/hello", "", new(bytes.Buffer))
	assert.ErrorContains(t, err, "certificate", "nobody vouches for it")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = (remote.Downloads{Transport: s.Client().Transport}).Fetch(ctx, s.URL+"/hello", "", new(bytes.Buffer))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestIsDownload(t *testing.T) {
	for path, want := range map[string]bool{
		"https://example.com/x.tgz": true, "http://example.com/x": true, "https://example.com/x.git#main": false,
		"git@example.com:x.git": false, "/folder": false,
	} {
		assert.Equal(t, remote.IsDownload(path), want, path)
	}
}
