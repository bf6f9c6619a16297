package depot

import (
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
	// contents says what the image of an ID consists of: blobs that can be opened then.
	contents(id digest.Digest) (Contents, error)
	// has tells which layers of an image there are: they can be opened then.
	has(image Image) []bool
	// open returns a blob, or an error that is fs.ErrNotExist.
	open(d digest.Digest) (io.ReadSeekCloser, error)
}

// newStore is the one whose folders are there; nil where none are.
func newStore(folder string, notes *spool) store {
	if there(folder, BlobsFolder) {
		return blobStore{filepath.Join(folder, BlobsFolder)}
	}
	if there(folder, NotesFolder) {
		return &layerStore{
			notes: filepath.Join(folder, NotesFolder), folders: filepath.Join(folder, LayersFolder),
			spool: notes, places: map[digest.Digest]place{},
		}
	}
	return nil
}

func there(folder, name string) bool {
	_, err := os.Stat(filepath.Join(folder, name))
	return err == nil
}
