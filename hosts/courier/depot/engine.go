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

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// engine is the host's own, through its socket. It is asked in its own version
// of the API, and for little: this package knows no client of Docker's.
type engine struct{ http *http.Client }

func newEngine(socket string) engine {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	return engine{&http.Client{Transport: &http.Transport{DialContext: dial, WriteBufferSize: piece}}}
}

var errNoImage = errors.New("the host has no such image")

// ask returns the answer's body, which the caller closes.
func (e engine) ask(ctx context.Context, method, path string, query url.Values, body io.Reader) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://engine"+path+"?"+query.Encode(), body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/x-tar")
	}
	answer, err := e.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask engine: %w", err)
	}
	if answer.StatusCode < http.StatusBadRequest {
		return answer.Body, nil
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound {
		return nil, errNoImage
	}
	return nil, errors.New(complaint(answer.Body))
}

func complaint(body io.Reader) string {
	text, _ := io.ReadAll(io.LimitReader(body, 4<<10))
	var said struct{ Message string }
	if json.Unmarshal(text, &said) == nil && said.Message != "" {
		return said.Message
	}
	return strings.TrimSpace(string(text))
}

// get decodes an answer.
func (e engine) get(ctx context.Context, path string, query url.Values, into any) error {
	body, err := e.ask(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	return json.NewDecoder(body).Decode(into)
}

func (e engine) save(ctx context.Context, ref string) (io.ReadCloser, error) {
	return e.ask(ctx, http.MethodGet, "/images/get", url.Values{"names": {ref}}, nil)
}

// load reads the answer to its end: what went wrong comes in it, after the 200.
func (e engine) load(ctx context.Context, archive io.Reader) error {
	body, err := e.ask(ctx, http.MethodPost, "/images/load", url.Values{"quiet": {"1"}}, archive)
	if err != nil {
		return err
	}
	defer body.Close()
	for messages := json.NewDecoder(body); ; {
		var m struct{ Error, Stream string }
		switch err := messages.Decode(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case m.Error != "":
			return errors.New(m.Error)
		case strings.HasPrefix(m.Stream, "Error unpacking"): // which this engine takes for a message
			return errors.New(strings.TrimSpace(m.Stream))
		}
	}
}

func (e engine) tag(ctx context.Context, from, to string) error {
	named, err := reference.ParseNormalizedNamed(to)
	if err != nil {
		return err
	}
	tagged, ok := reference.TagNameOnly(named).(reference.NamedTagged)
	if !ok {
		return fmt.Errorf("%s is no name that an image can be given", to)
	}
	query := url.Values{"repo": {named.Name()}, "tag": {tagged.Tag()}}
	body, err := e.ask(ctx, http.MethodPost, "/images/"+from+"/tag", query, nil)
	if err == nil {
		body.Close()
	}
	return err
}

// untag takes a name away, and the image where it has no other.
func (e engine) untag(ctx context.Context, ref string) error {
	body, err := e.ask(ctx, http.MethodDelete, "/images/"+ref, nil, nil)
	if errors.Is(err, errNoImage) {
		return nil
	}
	if err == nil {
		body.Close()
	}
	return err
}

// inspected is what an engine says of an image.
type inspected struct {
	// ID is the digest of the configuration, where the engine keeps blobs that of
	// the image's top.
	ID digest.Digest
	// RootFS has the digests of what the layers hold, the lowest first.
	RootFS struct{ Layers []digest.Digest }
}

func (e engine) inspect(ctx context.Context, ref string) (image inspected, err error) {
	err = e.get(ctx, "/images/"+ref+"/json", nil, &image)
	return image, err
}

// stocks asks for each of the host's images, which takes a while where they are many.
func (e engine) stocks(ctx context.Context) (stocks, error) {
	var list []struct{ ID string }
	if err := e.get(ctx, "/images/json", url.Values{"all": {"1"}}, &list); err != nil {
		return nil, err
	}
	var all stocks
	for _, i := range list {
		image, err := e.inspect(ctx, i.ID)
		if err != nil && !errors.Is(err, errNoImage) {
			return nil, err
		}
		all = append(all, image.RootFS.Layers)
	}
	return all, nil
}

// whole tells whether the host has all of the given manifests of an image.
func (e engine) whole(ctx context.Context, ref string, manifests []digest.Digest) (bool, error) {
	var image struct {
		Manifests []struct {
			Descriptor struct{ Digest digest.Digest }
			Available  bool
		}
	}
	if err := e.get(ctx, "/images/"+ref+"/json", url.Values{"manifests": {"1"}}, &image); err != nil {
		return false, err
	}
	available := map[digest.Digest]bool{}
	for _, m := range image.Manifests {
		available[m.Descriptor.Digest] = m.Available
	}
	return !slices.ContainsFunc(manifests, func(m digest.Digest) bool { return !available[m] }), nil
}
