package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// ErrNoArchive tells that a stream is no tar stream, nor a compressed one.
var ErrNoArchive = errors.New("it is no tar archive")

// Decompress returns the tar stream in r, which may be compressed with gzip,
// bzip2 or zstd. What it is shows in its first bytes alone; no name and no
// content type counts. The caller closes the stream, and r after it. An error
// is [ErrNoArchive] where r is something else.
func Decompress(r io.Reader) (io.ReadCloser, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	plain, err := decompressed(buffered)
	if err != nil {
		return nil, err
	}
	stream := bufio.NewReader(plain)
	if err := expectTar(stream); err != nil {
		return nil, errors.Join(err, plain.Close())
	}
	return readCloser{stream, plain}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

func decompressed(r *bufio.Reader) (io.ReadCloser, error) {
	start, err := r.Peek(6)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		return gzip.NewReader(r)
	case bytes.HasPrefix(start, []byte("BZh")):
		return io.NopCloser(bzip2.NewReader(r)), nil
	case bytes.HasPrefix(start, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(zstdMemory))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	case bytes.HasPrefix(start, []byte("\xfd7zXZ\x00")):
		return nil, errors.New("archives in xz aren't read; gzip, bzip2 and zstd are")
	}
	return io.NopCloser(r), nil
}

// zstdMemory bounds what a hostile stream makes the decoder take, in bytes.
const zstdMemory = 128 << 20

// expectTar returns [ErrNoArchive] unless a stream begins with the header of an
// entry, or with the end of an empty archive.
func expectTar(r *bufio.Reader) error {
	const block = 512
	start, err := r.Peek(block)
	switch {
	case errors.Is(err, io.EOF):
		return ErrNoArchive
	case err != nil:
		return err
	}
	_, err = tar.NewReader(bytes.NewReader(start)).Next()
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return ErrNoArchive
}
