package depot

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
)

// Port is where a depot answers others; another one where it is taken.
const Port = 6785

// tries is how many ports are tried, before the kernel chooses.
const tries = 10

// alive finds out within half a minute that the other end is gone.
func alive() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 4}
}

// shelf gives the host's images to other depots.
type shelf struct {
	*spool
	engine engine
	nature Nature
	// store is nil where it can't be read.
	store store
	// reading is held by who reads an image from the engine: once is enough.
	reading sync.Mutex
}

// listen opens a port on all of the host's addresses.
func listen(ctx context.Context, identity Identity) (net.Listener, int, error) {
	config, err := identity.config()
	if err != nil {
		return nil, 0, err
	}
	options := net.ListenConfig{KeepAliveConfig: alive()}
	for n := range tries + 1 {
		port := Port + n
		if n == tries {
			port = 0
		}
		var l net.Listener
		if l, err = options.Listen(ctx, "tcp", fmt.Sprintf(":%d", port)); err != nil {
			continue
		}
		at, _ := l.Addr().(*net.TCPAddr)
		return tls.NewListener(l, config), at.Port, nil
	}
	return nil, 0, fmt.Errorf("listen for other hosts: %w", err)
}

// serve answers until ctx ends.
func (s *shelf) serve(ctx context.Context, l net.Listener) {
	server := &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    log.New(io.Discard, "", 0), // of strangers; others hear it themselves
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	_ = server.Serve(l) // it ends with ctx
}

func (s *shelf) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /contents", s.tellContents)
	mux.HandleFunc("GET /blobs/{digest}", s.giveBlob)
	return mux
}

// tellContents says what an image consists of: what was fetched of it, or what
// the engine's store has; or, where that isn't enough, what the engine gives.
func (s *shelf) tellContents(w http.ResponseWriter, r *http.Request) {
	find := s.known
	if r.FormValue("own") != "" {
		find = s.fill
	}
	c, err := find(r.Context(), called{r.FormValue("ref"), digest.Digest(r.FormValue("id"))})
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(c) // who asked sees that it broke off
}

// known says what an image consists of, as cheaply as it can.
func (s *shelf) known(ctx context.Context, name called) (Contents, error) {
	if fetched, ok := s.recall(name); ok {
		for _, i := range fetched.Images {
			s.has(i) // from now on, what wasn't fetched can be opened
		}
		return fetched, nil
	}
	stored, err := s.onDisk(ctx, name)
	if err == nil || errors.Is(err, errNoImage) {
		return stored, err
	}
	return s.fill(ctx, name)
}

// onDisk says what an image consists of that the engine's store has. The engine
// is asked where the ID isn't one of its kind.
func (s *shelf) onDisk(ctx context.Context, name called) (Contents, error) {
	if s.store != nil && name.id != "" {
		if c, err := s.store.contents(name.id); err == nil {
			return c, nil
		}
	}
	image, err := s.engine.inspect(ctx, name.ref)
	if err != nil {
		return Contents{}, err
	}
	if s.store == nil {
		return Contents{}, errNotThere
	}
	return s.store.contents(image.ID)
}

// has tells which layers of an image are in the engine's store.
func (s *shelf) has(image Image) []bool {
	if s.store == nil {
		return nil
	}
	return s.store.has(image)
}

// fill takes an image from the engine into the spool.
func (s *shelf) fill(ctx context.Context, name called) (Contents, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if c, known := s.recall(name); known && s.complete(c) {
		return c, nil
	}
	archive, err := s.engine.save(ctx, name.ref)
	if err != nil {
		return Contents{}, err
	}
	defer archive.Close()
	c, err := s.unpack(archive)
	if err == nil {
		s.remember(name, c)
	}
	return c, err
}

// complete tells whether the spool has all of an image.
func (s *spool) complete(c Contents) bool {
	for _, i := range c.Images {
		for _, l := range i.Layers {
			if !s.has(l.Digest) {
				return false
			}
		}
	}
	return true
}

// giveBlob sends a blob, or what is left of it from an offset on.
func (s *shelf) giveBlob(w http.ResponseWriter, r *http.Request) {
	d, err := digest.Parse(r.PathValue("digest"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f, err := s.openBlob(d)
	if err != nil {
		refuse(w, err)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, f)
}

// openBlob finds a blob in the spool or else in the engine's store.
func (s *shelf) openBlob(d digest.Digest) (io.ReadSeekCloser, error) {
	f, err := s.spool.open(d)
	if err == nil || !missing(err) || s.store == nil {
		return f, err
	}
	return s.store.open(d)
}

func refuse(w http.ResponseWriter, err error) {
	if errors.Is(err, errNoImage) || missing(err) {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
