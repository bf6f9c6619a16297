package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/docker/go-units"
)

// Downloads fetches single files over HTTP.
type Downloads struct {
	// Transport may be nil.
	Transport http.RoundTripper
	// Most is how many bytes a file may have; 0 is no limit.
	Most int64
	// Stalled is how long a server may send nothing; 0 is a minute.
	Stalled time.Duration
	// Agent is what the program calls itself.
	Agent string
}

// IsDownload tells whether a path names a file that is fetched over HTTP, and
// no git repository.
func IsDownload(path string) bool {
	return (strings.HasPrefix(path, "https://") || strings.HasPrefix(path, "http://")) && !IsGit(path)
}

// Fetch writes the file at an address, and returns its size and its media type,
// "" where the server names none. Of an error that comes after the first byte a
// part has been written. A checksum is sha256:HEX, "" where any content will do.
func (d Downloads) Fetch(ctx context.Context, address, checksum string, to io.Writer) (size int64, mediaType string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(d.stalled(), func() { cancel(errStalled) })
	defer stalled.Stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, "", fmt.Errorf("fetch: %w", err)
	}
	r.Header.Set("User-Agent", d.Agent)
	client := http.Client{Transport: d.Transport, CheckRedirect: staySafe}
	answer, err := client.Do(r)
	if err != nil {
		return 0, "", fmt.Errorf("fetch %s: %w", shown(address), cause(ctx, err))
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, "", fmt.Errorf("fetch %s: the server answers %s", shown(address), answer.Status)
	}
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(to, sum), d.bounded(answer.Body, func() { stalled.Reset(d.stalled()) }))
	if err == nil {
		err = context.Cause(ctx) // a server that sees the request end may end its answer in order
	}
	if err != nil {
		return size, "", fmt.Errorf("fetch %s: %w", shown(address), cause(ctx, err))
	}
	if got := "sha256:" + hex.EncodeToString(sum.Sum(nil)); checksum != "" && checksum != got {
		return size, "", fmt.Errorf("fetch %s: its checksum is %s, and not %s", shown(address), got, checksum)
	}
	mediaType, _, _ = mime.ParseMediaType(answer.Header.Get("Content-Type"))
	return size, mediaType, nil
}

// staySafe keeps what was asked for over TLS from being sent without.
func staySafe(r *http.Request, before []*http.Request) error {
	if len(before) >= 10 {
		return errors.New("refused: it leads on and on")
	}
	if before[0].URL.Scheme == "https" && r.URL.Scheme != "https" {
		return errors.New("refused: it leads from https to " + r.URL.Scheme)
	}
	return nil
}

var errStalled = errors.New("the server sends nothing more")

// cause is why a request has ended, where it was ended from here.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil {
		return why
	}
	return err
}

func (d Downloads) stalled() time.Duration {
	if d.Stalled == 0 {
		return time.Minute
	}
	return d.Stalled
}

// bounded reads at most what is allowed; moved is called with each part.
func (d Downloads) bounded(r io.Reader, moved func()) io.Reader {
	return readerFunc(func() func([]byte) (int, error) {
		var got int64
		return func(p []byte) (int, error) {
			n, err := r.Read(p)
			moved()
			if got += int64(n); d.Most > 0 && got > d.Most {
				return 0, fmt.Errorf("refused: it has more than %s", units.BytesSize(float64(d.Most)))
			}
			return n, err
		}
	}())
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
