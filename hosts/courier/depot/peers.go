package depot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	// dialLimit is what another host may take to answer at all.
	dialLimit = 10 * time.Second
	// stillLimit is how long a transfer may stand still.
	stillLimit = 30 * time.Second
	// rounds is how often all peers are asked for a blob, pause how long is
	// waited between two rounds.
	rounds = 4
	pause  = 500 * time.Millisecond
)

// peers are the depots of other hosts.
type peers struct{ http *http.Client }

var (
	// errApart is that another depot can't be reached at all.
	errApart = errors.New("the hosts don't reach each other")
	// errNotThere is that it hasn't got what it was asked for.
	errNotThere = errors.New("it is not there")
)

// newPeers asks them over a connection for each blob that is on its way, or,
// where a single one leads to each peer, over that.
func newPeers(identity Identity, single bool) (peers, error) {
	config, err := identity.config()
	if err != nil {
		return peers{}, err
	}
	dialer := net.Dialer{Timeout: dialLimit, KeepAliveConfig: alive()}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("%w: %w", errApart, err)
		}
		return conn, err
	}
	transport := &http.Transport{
		DialContext: dial, TLSClientConfig: config, TLSHandshakeTimeout: dialLimit, DisableCompression: true,
		Protocols: &http.Protocols{},
	}
	transport.Protocols.SetHTTP2(single)
	transport.Protocols.SetHTTP1(!single)
	config.NextProtos = []string{"http/1.1"}
	if single {
		config.NextProtos = []string{"h2"}
	}
	return peers{&http.Client{Transport: transport}}, nil
}

func (p peers) close() { p.http.CloseIdleConnections() }

// contents asks a depot what an image consists of. It may have to be read first,
// which takes its time.
func (p peers) contents(ctx context.Context, peer string, name called, own bool) (Contents, error) {
	query := url.Values{"ref": {name.ref}, "id": {name.id.String()}}
	if own {
		query.Set("own", "1")
	}
	answer, err := p.ask(ctx, peer, "/contents?"+query.Encode(), 0)
	if err != nil {
		return Contents{}, err
	}
	defer answer.Body.Close()
	var c Contents
	if err := json.NewDecoder(answer.Body).Decode(&c); err != nil {
		return Contents{}, fmt.Errorf("host at %s: read contents: %w", peer, err)
	}
	return c, c.check()
}

func (p peers) ask(ctx context.Context, peer, path string, offset int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+peer+path, nil)
	if err != nil {
		return nil, err
	}
	if offset > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	answer, err := p.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("host at %s: %w", peer, err)
	}
	expected := http.StatusOK
	if offset > 0 {
		expected = http.StatusPartialContent
	}
	if answer.StatusCode == expected {
		return answer, nil
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	said := errors.New(strings.TrimSpace(string(text)))
	if answer.StatusCode == http.StatusNotFound {
		said = fmt.Errorf("%w: %w", errNotThere, said)
	}
	return nil, fmt.Errorf("host at %s: %w", peer, said)
}

// sink takes a blob.
type sink interface {
	io.Writer
	// left is the blob, and how much of it has come.
	left() (b Blob, length int64)
	// finish is called when all has come, and may find that it wasn't the blob.
	finish() error
}

// fetch brings a blob into the spool.
func (p peers) fetch(ctx context.Context, from []string, s *spool, b Blob, moved func(length int64)) error {
	if s.has(b.Digest) {
		return nil
	}
	part, err := s.resume(b)
	if err != nil {
		return err
	}
	defer part.Close()
	return p.bring(ctx, from, part, moved)
}

// bring takes a blob from whichever peer has it. What breaks off goes on where it
// was, with the next one.
func (p peers) bring(ctx context.Context, from []string, into sink, moved func(length int64)) error {
	from = slices.Clone(from)
	for n := 0; ; n++ {
		err := p.goOn(ctx, from[n%len(from)], into, moved)
		if err == nil || ctx.Err() != nil || local(err) || n+1 >= rounds*len(from) {
			return errors.Join(err, ctx.Err())
		}
		if errors.Is(err, errApart) || errors.Is(err, errNotThere) {
			from = slices.Delete(from, n%len(from), n%len(from)+1)
			n-- // the next one has its place
		}
		if len(from) == 0 {
			return err
		}
		if (n+1)%len(from) == 0 {
			if err := wait(ctx, pause); err != nil {
				return err
			}
		}
	}
}

// goOn asks one peer for the rest of a blob.
func (p peers) goOn(ctx context.Context, peer string, into sink, moved func(int64)) error {
	if !complete(into) {
		if err := p.receive(ctx, peer, into, moved); err != nil {
			return err
		}
	}
	if err := into.finish(); err != nil {
		return fmt.Errorf("host at %s: %w", peer, err)
	}
	return nil
}

func complete(s sink) bool {
	b, length := s.left()
	return length == b.Size
}

// receive ends when nothing moves for a while.
func (p peers) receive(ctx context.Context, peer string, into sink, moved func(int64)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	idle := time.AfterFunc(stillLimit, func() { stop(fmt.Errorf("host at %s: nothing came for %s", peer, stillLimit)) })
	defer idle.Stop()
	b, length := into.left()
	answer, err := p.ask(ctx, peer, "/blobs/"+b.Digest.String(), length)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(watched{into, func() { _, length := into.left(); idle.Reset(stillLimit); moved(length) }}, answer.Body)
	switch {
	case local(err), errors.Is(err, errCorrupt):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF) && ctx.Err() == nil:
		return fmt.Errorf("host at %s: it went away, or what it has is damaged: %w", peer, err)
	case err != nil:
		return fmt.Errorf("host at %s: %w", peer, errors.Join(err, context.Cause(ctx)))
	case !complete(into):
		return fmt.Errorf("host at %s: it broke off: %w", peer, io.ErrUnexpectedEOF)
	}
	return nil
}

// watched tells of each write.
type watched struct {
	io.Writer
	moved func()
}

func (w watched) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	w.moved()
	return n, err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
