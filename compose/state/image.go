package state

import (
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Image returns the host's image that a reference of a compose file means: by
// tag, by digest, or by ID. Nil where the host lacks it.
func Image(o *hosts.Observation, ref string) *hosts.Image {
	want := familiar(ref)
	for i := range o.Images {
		img := &o.Images[i]
		if slices.Contains(img.Tags, want) || slices.Contains(img.Digests, withoutTag(want)) || byID(img.ID, ref) {
			return img
		}
	}
	return nil
}

// familiar is the form in which engines list references: docker.io left out,
// "latest" where there is no tag.
func familiar(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarString(reference.TagNameOnly(named))
}

// withoutTag turns name:tag@digest into name@digest, as engines list digests.
func withoutTag(ref string) string {
	name, digest, found := strings.Cut(ref, "@")
	if !found {
		return ref
	}
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	return name + "@" + digest
}

// byID matches a whole ID, or a prefix of at least 12 hexadecimal digits.
func byID(id, ref string) bool {
	hex := strings.TrimPrefix(ref, "sha256:")
	return len(hex) >= 12 && strings.HasPrefix(strings.TrimPrefix(id, "sha256:"), hex)
}
