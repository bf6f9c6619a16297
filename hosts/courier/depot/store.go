package depot

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
)

// Folders of an engine's store as a depot finds them in Config.Store: one that
// keeps blobs has them all in one, a storage driver its notes and its layers apart.
const (
	BlobsFolder  = "blobs"
	NotesFolder  = "notes"
	LayersFolder = "layers"
)

// store is where an engine keeps images on the host's disk. Read there, a part
// of an image costs no more than that part, while the engine itself gives an
// image as a whole only.
type store interface {
	// contents says what an image consists of: blobs that can be opened then.
	contents(image inspected) (Contents, error)
	// open returns a blob, or an error that is fs.ErrNotExist.
	open(d digest.Digest) (io.ReadSeekCloser, error)
}

// newStore is the one whose folders are there.
func newStore(folder string, notes *spool) store {
	if _, err := os.Stat(filepath.Join(folder, BlobsFolder)); err == nil {
		return blobStore{filepath.Join(folder, BlobsFolder)}
	}
	return &layerStore{
		notes: filepath.Join(folder, NotesFolder), folders: filepath.Join(folder, LayersFolder),
		spool: notes, places: map[digest.Digest]place{},
	}
}

// onDisk says what an image consists of that the engine's store has.
func (s *shelf) onDisk(ctx context.Context, ref string) (Contents, error) {
	image, err := s.engine.inspect(ctx, ref)
	if err != nil {
		return Contents{}, err
	}
	return s.store.contents(image)
}
