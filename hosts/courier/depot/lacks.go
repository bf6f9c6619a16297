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

// want compares an image with what an engine has. Of two images whose lowest
// layers hold the same, engines keep these once. One that keeps blobs may have
// them compressed otherwise, which shows only after it was given the rest.
func want(c Contents, n nature, stocks [][]digest.Digest) wanted {
	w := wanted{images: c.Images}
	if n.blobs {
		w.add(c.Notes...)
	} else {
		w.images = fitting(c.Images, n)
	}
	for _, image := range w.images {
		w.add(image.Config)
		shared := 0
		if !n.blobs || n.tells {
			shared = longest(image.content(), stocks)
		}
		w.present = append(w.present, image.Layers[:shared]...)
		for _, l := range image.Layers[shared:] {
			w.add(l.Blob)
		}
	}
	return w
}

// all asks for what the engine seemed to have, too.
func (w *wanted) all() {
	for _, l := range w.present {
		w.add(l.Blob)
	}
	w.present = nil
}

func (w *wanted) add(blobs ...Blob) {
	for _, b := range blobs {
		if !slices.Contains(w.lacks, b) {
			w.lacks = append(w.lacks, b)
		}
	}
}

// fitting is the image that an engine takes that keeps those of one platform.
func fitting(images []Image, n nature) []Image {
	for _, i := range images {
		if i.suits(n.os, n.arch) {
			return []Image{i}
		}
	}
	return images[:min(1, len(images))]
}

// longest is how many of the lowest layers one of the stocks has.
func longest(content []digest.Digest, stocks [][]digest.Digest) int {
	most := 0
	for _, s := range stocks {
		n := 0
		for n < min(len(content), len(s)) && content[n] != "" && content[n] == s[n] {
			n++
		}
		most = max(most, n)
	}
	return most
}
