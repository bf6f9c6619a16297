package depot

import (
	"slices"

	"github.com/opencontainers/go-digest"
)

// wanted are the blobs that an engine is to be given of an image, and those
// that it has already.
type wanted struct {
	// images are those that the engine takes.
	images []Image
	lacks  []Blob
	// present are layers of which an image of the engine's has the content.
	present []Layer
}

// want is what an engine takes of an image, all of which it lacks.
func want(c Contents, n Nature) wanted {
	w := wanted{images: c.Images}
	if n.Blobs {
		w.add(c.Notes...)
	} else {
		w.images = fitting(c.Images, n)
	}
	for _, image := range w.images {
		w.add(image.Config)
		for _, l := range image.Layers {
			w.add(l.Blob)
		}
	}
	return w
}

// without leaves out what the engine has of its images, layer by layer.
func (w *wanted) without(has func(Image) []bool) {
	for _, image := range w.images {
		for i, there := range has(image) {
			if there {
				w.drop(image.Layers[i])
			}
		}
	}
}

func (w *wanted) drop(l Layer) {
	if i := slices.Index(w.lacks, l.Blob); i >= 0 {
		w.lacks = slices.Delete(w.lacks, i, i+1)
		w.present = append(w.present, l)
	}
}

// all asks for what the engine seemed to have, too.
func (w *wanted) all() {
	for _, l := range w.present {
		w.add(l.Blob)
	}
	w.present = nil
}

// layers tells which of the blobs are layers.
func (w *wanted) layers() map[digest.Digest]bool {
	layers := map[digest.Digest]bool{}
	for _, i := range w.images {
		for _, l := range i.Layers {
			layers[l.Digest] = true
		}
	}
	return layers
}

func (w *wanted) add(blobs ...Blob) {
	for _, b := range blobs {
		if !slices.Contains(w.lacks, b) {
			w.lacks = append(w.lacks, b)
		}
	}
}

// fitting is the image that an engine takes that keeps those of one platform.
func fitting(images []Image, n Nature) []Image {
	for _, i := range images {
		if i.suits(n.OS, n.Arch) {
			return []Image{i}
		}
	}
	return images[:min(1, len(images))]
}

// stocks are the layers of a host's images, by what they hold, the lowest first.
type stocks [][]digest.Digest

// has tells which layers of an image one of the stocks has: of two images whose
// lowest layers hold the same, engines keep these once. One that keeps blobs may
// have them compressed otherwise, which shows only after it was given the rest.
func (s stocks) has(image Image) []bool {
	there := make([]bool, len(image.Layers))
	for _, stock := range s {
		for i, l := range image.Layers[:min(len(image.Layers), len(stock))] {
			if l.Content == "" || l.Content != stock[i] {
				break
			}
			there[i] = true
		}
	}
	return there
}
