package depot

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"
	chains "github.com/opencontainers/image-spec/identity"
)

// layerStore is what an engine with the storage driver overlay2 keeps: for each
// layer a folder of its files, and notes from which the layer's archive can be
// put together again as it was.
type layerStore struct {
	// notes and folders are where the engine keeps them.
	notes, folders string
	// spool takes what is written for an image here: its manifest.
	spool *spool

	mu sync.Mutex
	// places are those of the layers that contents told of, by what they hold.
	places map[digest.Digest]place
}

// place is where the parts of a layer's archive are.
type place struct {
	// recipe is the file that says how they follow each other, folder has the files.
	recipe, folder string
	// size is the archive's.
	size int64
}

func (s *layerStore) contents(image inspected) (Contents, error) {
	if err := image.ID.Validate(); err != nil {
		return Contents{}, err
	}
	text, err := os.ReadFile(filepath.Join(s.notes, "imagedb", "content", image.ID.Algorithm().String(), image.ID.Encoded()))
	if err != nil {
		return Contents{}, err
	}
	config, err := s.spool.write(text)
	if err != nil {
		return Contents{}, err
	}
	i := Image{Config: config}
	content, err := configure(s.spool.read, &i)
	if err != nil {
		return Contents{}, err
	}
	// What chains of layers are called is worked out in place.
	for n, chain := range chains.ChainIDs(append([]digest.Digest(nil), content...)) {
		place, err := s.place(content[n], chain)
		if err != nil {
			return Contents{}, fmt.Errorf("layer %s: %w", content[n], err)
		}
		i.Layers = append(i.Layers, Layer{Blob: Blob{Digest: content[n], Size: place.size}, Content: content[n]})
	}
	return s.spool.withManifest(i)
}

// place finds a layer by that of the layers from the lowest up to it.
func (s *layerStore) place(content, chain digest.Digest) (place, error) {
	if err := content.Validate(); err != nil {
		return place{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, known := s.places[content]; known {
		if _, err := os.Stat(p.recipe); err == nil {
			return p, nil
		}
	}
	notes := filepath.Join(s.notes, "layerdb", chain.Algorithm().String(), chain.Encoded())
	id, err := os.ReadFile(filepath.Join(notes, "cache-id"))
	if err != nil {
		return place{}, err
	}
	p := place{recipe: filepath.Join(notes, "tar-split.json.gz"), folder: filepath.Join(s.folders, filepath.Base(strings.TrimSpace(string(id))), "diff")}
	if p.size, err = recipeSize(p.recipe); err != nil {
		return place{}, err
	}
	s.places[content] = p
	return p, nil
}

func (s *layerStore) open(d digest.Digest) (io.ReadSeekCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, known := s.places[d]
	if !known {
		return nil, fs.ErrNotExist
	}
	return &layerArchive{place: p}, nil
}
