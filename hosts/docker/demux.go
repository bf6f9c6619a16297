package docker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// frameWriter receives one of the streams of a container. begin is called
// before the first byte of each frame.
type frameWriter interface {
	io.Writer
	begin()
}

// The streams of a frame.
const (
	streamStdin  = 0
	streamStdout = 1
	streamStderr = 2
	streamFailed = 3
)

// demux takes the engine's frames apart: eight bytes (the stream, three zeros,
// a length) and the content. It copies, and so holds no frame: a length is up
// to 4 GiB, and a hostile engine would say it.
func demux(r io.Reader, stdout, stderr frameWriter) error {
	var header [8]byte
	for {
		if _, err := io.ReadFull(r, header[:]); err != nil {
			return endOfStream(err)
		}
		size := int64(binary.BigEndian.Uint32(header[4:]))
		switch header[0] {
		case streamStdin, streamStdout:
			if err := copyFrame(stdout, r, size); err != nil {
				return err
			}
		case streamStderr:
			if err := copyFrame(stderr, r, size); err != nil {
				return err
			}
		case streamFailed:
			message, err := io.ReadAll(io.LimitReader(r, min(size, 4096)))
			return errors.Join(err, fmt.Errorf("the engine broke off: %s", message))
		default:
			return fmt.Errorf("the engine sent a frame of the unknown stream %d", header[0])
		}
	}
}

func copyFrame(w frameWriter, r io.Reader, size int64) error {
	w.begin()
	_, err := io.CopyN(w, r, size)
	return endOfStream(err)
}

// endOfStream is nil for an end, also amid a frame: an engine that stops or a
// log that is removed ends like that.
func endOfStream(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
