package depot

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/opencontainers/go-digest"
)

// spool is a folder of blobs that are named after their content. A blob is in
// it as a whole; what has come of one so far is a part beside it.
type spool struct {
	folder string

	mu sync.Mutex
	// known are the contents of images.
	known map[called]Contents
}

// called is what an image is asked for by: its reference, and its ID where one is
// known.
type called struct {
	ref string
	id  digest.Digest
}

// errCorrupt is about bytes that aren't what they are said to be.
var errCorrupt = errors.New("damaged on the way, or where it comes from")

func newSpool(folder string) (*spool, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	return &spool{folder: folder, known: map[called]Contents{}}, nil
}

func (s *spool) remember(name called, c Contents) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[name] = c
}

func (s *spool) recall(name called) (Contents, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.known[name]
	return c, ok
}

// path is where a blob is; its name holds nothing that leads elsewhere, because
// digests are validated where they are read.
func (s *spool) path(d digest.Digest) string { return filepath.Join(s.folder, d.Encoded()) }

// open returns a blob, an error that is fs.ErrNotExist where it isn't there.
func (s *spool) open(d digest.Digest) (*os.File, error) { return os.Open(s.path(d)) }

func (s *spool) has(d digest.Digest) bool {
	_, err := os.Stat(s.path(d))
	return err == nil
}

// adopt makes a file of the spool's folder a blob.
func (s *spool) adopt(file string, d digest.Digest) error { return os.Rename(file, s.path(d)) }

// write makes a text a blob.
func (s *spool) write(text []byte) (Blob, error) {
	b := Blob{Digest: digest.FromBytes(text), Size: int64(len(text))}
	file, err := os.CreateTemp(s.folder, "note")
	if err != nil {
		return Blob{}, err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err == nil {
		err = s.adopt(file.Name(), b.Digest)
	}
	return b, err
}

// part is a blob on its way. Only one goroutine may work at a part.
type part struct {
	spool  *spool
	blob   Blob
	file   *os.File
	sum    digest.Digester
	length int64
}

// resume goes on with what there is of a blob.
func (s *spool) resume(b Blob) (*part, error) {
	file, err := os.OpenFile(s.path(b.Digest)+".part", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	p := &part{spool: s, blob: b, file: file, sum: b.Digest.Algorithm().Digester()}
	p.length, err = io.Copy(p.sum.Hash(), file)
	if err == nil && p.length > b.Size {
		err = p.restart()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return p, nil
}

func (p *part) Write(b []byte) (int, error) {
	if p.length+int64(len(b)) > p.blob.Size {
		return 0, fmt.Errorf("blob %s: %w: it is too long", p.blob.Digest, errCorrupt)
	}
	n, err := p.file.Write(b)
	p.sum.Hash().Write(b[:n])
	p.length += int64(n)
	return n, err
}

func (p *part) left() (Blob, int64) { return p.blob, p.length }

// restart forgets what has come, which is worth nothing.
func (p *part) restart() error {
	p.length = 0
	p.sum.Hash().Reset()
	_, err := p.file.Seek(0, io.SeekStart)
	return errors.Join(err, p.file.Truncate(0))
}

// finish makes it a blob, or starts over where it isn't what it should be.
func (p *part) finish() error {
	if p.sum.Digest() != p.blob.Digest {
		return errors.Join(fmt.Errorf("blob %s: %w", p.blob.Digest, errCorrupt), p.restart())
	}
	return p.spool.adopt(p.file.Name(), p.blob.Digest)
}

func (p *part) Close() error { return p.file.Close() }

// read returns a small blob.
func (s *spool) read(d digest.Digest) ([]byte, error) {
	f, err := s.open(d)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxNote))
}

// maxNote bounds what is read into memory: manifests and configurations.
const maxNote = 16 << 20

func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
