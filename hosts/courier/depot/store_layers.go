package depot

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	// places are those of the layers that contents and has told of, by what they hold.
	places map[digest.Digest]place
}

// place is where the parts of a layer's archive are.
type place struct {
	// recipe is the file that says how they follow each other, folder has the files.
	recipe, folder string
}

func (s *layerStore) contents(id digest.Digest) (Contents, error) {
	if err := id.Validate(); err != nil {
		return Contents{}, err
	}
	text, err := os.ReadFile(filepath.Join(s.notes, "imagedb", "content", id.Algorithm().String(), id.Encoded()))
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
	for n, chain := range chainsOf(content) {
		size, err := s.find(content[n], chain)
		if err != nil {
			return Contents{}, fmt.Errorf("layer %s: %w", content[n], err)
		}
		i.Layers = append(i.Layers, Layer{Blob: Blob{Digest: content[n], Size: size}, Content: content[n]})
	}
	return s.spool.withManifest(i)
}

// has finds the lowest layers up to the first that isn't there.
func (s *layerStore) has(image Image) []bool {
	there := make([]bool, len(image.Layers))
	var content []digest.Digest
	for _, l := range image.Layers {
		content = append(content, l.Content)
	}
	for n, chain := range chainsOf(content) {
		p, err := s.place(chain)
		if err != nil {
			break
		}
		s.note(content[n], p)
		there[n] = true
	}
	return there
}

// chainsOf are the names of chains of layers, from the lowest up to each.
func chainsOf(content []digest.Digest) []digest.Digest {
	return chains.ChainIDs(slices.Clone(content)) // which it works out in place
}

// find returns the size of a layer's archive, which can be opened then.
func (s *layerStore) find(content, chain digest.Digest) (int64, error) {
	p, err := s.place(chain)
	if err != nil {
		return 0, err
	}
	size, err := recipeSize(p.recipe)
	if err == nil {
		s.note(content, p)
	}
	return size, err
}

// place is that of the highest layer of a chain.
func (s *layerStore) place(chain digest.Digest) (place, error) {
	if err := chain.Validate(); err != nil {
		return place{}, err
	}
	notes := filepath.Join(s.notes, "layerdb", chain.Algorithm().String(), chain.Encoded())
	id, err := os.ReadFile(filepath.Join(notes, "cache-id"))
	if err != nil {
		return place{}, err
	}
	folder := filepath.Join(s.folders, filepath.Base(strings.TrimSpace(string(id))), "diff")
	return place{recipe: filepath.Join(notes, "tar-split.json.gz"), folder: folder}, nil
}

func (s *layerStore) note(content digest.Digest, p place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.places[content] = p
}

func (s *layerStore) open(d digest.Digest) (io.ReadSeekCloser, error) {
	s.mu.Lock()
	p, known := s.places[d]
	s.mu.Unlock()
	if !known {
		return nil, fs.ErrNotExist
	}
	size, err := recipeSize(p.recipe)
	if err != nil {
		return nil, err
	}
	return &layerArchive{place: p, size: size}, nil
}
