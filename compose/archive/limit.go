package archive

import (
	"archive/tar"
	"fmt"

	"github.com/docker/go-units"
)

// Limit is how much a stream may hold; 0 is no limit.
type Limit struct {
	// Bytes are those of its files as they are written, holes included.
	Bytes   int64
	Entries int
}

// count takes an entry in before it is written, so that one of a stream that
// grows when it is unpacked costs nothing.
func (u *unpacker) count(h *tar.Header) error {
	u.held.Entries++
	if u.most.Entries > 0 && u.held.Entries > u.most.Entries {
		return fmt.Errorf("refused: it holds more than %d files", u.most.Entries)
	}
	if h.Typeflag != tar.TypeReg {
		return nil
	}
	if u.most.Bytes > 0 && h.Size > u.most.Bytes-u.held.Bytes {
		return fmt.Errorf("refused: it holds more than %s", units.BytesSize(float64(u.most.Bytes)))
	}
	u.held.Bytes += h.Size
	return nil
}
