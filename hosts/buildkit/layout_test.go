package buildkit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// TestImagesInFolders: by their tag, by their digest, or the only one.
func TestImagesInFolders(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "base")
	one, two := "sha256:"+strings.Repeat("1", 64), "sha256:"+strings.Repeat("2", 64)
	write := func(manifests string) {
		assert.NilError(t, os.MkdirAll(folder, 0o700))
		assert.NilError(t, os.WriteFile(filepath.Join(folder, "oci-layout"), []byte(`{"imageLayoutVersion": "1.0.0"}`), 0o600))
		assert.NilError(t, os.WriteFile(filepath.Join(folder, "index.json"), []byte(`{"schemaVersion": 2, "manifests": [`+manifests+`]}`), 0o600))
	}
	manifest := func(sum, tag string) string {
		return `{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "` + sum + `", "size": 1, "annotations": {"org.opencontainers.image.ref.name": "` + tag + `"}}`
	}
	write(manifest(one, "v1") + "," + manifest(two, "v2"))
	for where, want := range map[string]string{":v1": one, ":v2": two, "@" + two: two, ":v1@" + two: two} {
		s, err := sources(hosts.BuildSpec{Context: folder, Contexts: map[string]string{"base": layoutScheme + folder + where}})
		assert.NilError(t, err)
		assert.Equal(t, len(s.layouts), 1)
		for key := range s.layouts {
			assert.Equal(t, s.attributes["context:base"], layoutScheme+key+"@"+want)
		}
	}
	fails := func(where, want string) {
		_, err := sources(hosts.BuildSpec{Context: folder, Contexts: map[string]string{"base": layoutScheme + where}})
		assert.ErrorContains(t, err, "additional context base: "+layoutScheme+where+": ")
		assert.ErrorContains(t, err, want)
	}
	fails(folder, "it holds no image of the tag latest")
	fails(folder+":v3", "it holds no image of the tag v3")
	fails(folder+"/none", "is no OCI layout")
	write(manifest(one, "v1"))
	s, err := sources(hosts.BuildSpec{Context: folder, Contexts: map[string]string{"base": layoutScheme + folder}})
	assert.NilError(t, err)
	assert.Assert(t, strings.HasSuffix(s.attributes["context:base"], "@"+one))
}
