package remote_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/remote"
	"github.com/clocker-compose/clocker-compose/compose/remote/remotetest"
)

func registry(t *testing.T) *remotetest.Registry {
	r := remotetest.NewRegistry()
	t.Cleanup(r.Close)
	return r
}

func files() []remote.File {
	return []remote.File{
		{Name: "compose.yaml", Content: []byte("services: {a: {image: one}}\n")},
		{Name: "base.yaml", Kind: remote.ExtendedFile, Content: []byte("services: {}\n")},
		{Name: "v.env", Kind: remote.EnvFile, Content: []byte("A=b\n")},
		{Name: "override.yaml", Content: []byte("services: {b: {image: two}}\n")},
	}
}

func publish(t *testing.T, r *remotetest.Registry, name string, o remote.PublishOptions, files ...remote.File) {
	t.Helper()
	ref, err := remote.ParseReference(r.Host() + "/" + name)
	assert.NilError(t, err)
	o.Version, o.Now = "1.2.3", time.Unix(1e9, 0)
	assert.NilError(t, (remote.Registries{}).Publish(t.Context(), ref, files, o))
}

func (c cached) read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	assert.NilError(t, err)
	return string(content)
}

// cached fetches into a cache of its own.
type cached struct{ remote.OCI }

func fetcher(t *testing.T) cached {
	return cached{remote.OCI{Cache: remote.Cache(filepath.Join(t.TempDir(), "cache"))}}
}

func TestPublishedIsFetchedAsItWas(t *testing.T) {
	r := registry(t)
	publish(t, r, "team/app:1", remote.PublishOptions{}, files()...)
	o := fetcher(t)
	file, err := o.Fetch(t.Context(), "oci://"+r.Host()+"/team/app:1")
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(o.read(t, file), "services: {a: {image: one}}\n\n---\nservices: {b: {image: two}}\n"))
	folder := filepath.Dir(file)
	assert.Check(t, cmp.Equal(o.read(t, filepath.Join(folder, "base.yaml")), "services: {}\n"))
	assert.Check(t, cmp.Equal(o.read(t, filepath.Join(folder, "v.env")), "A=b\n"))

	// the second time only the tag is asked for, and with the digest nothing
	r.Requests = nil
	again, err := o.Fetch(t.Context(), "oci://"+r.Host()+"/team/app:1")
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(again, file))
	for _, request := range r.Requests {
		assert.Check(t, !strings.Contains(request, "/blobs/"), request)
	}
	r.Close()
	_, err = o.Fetch(t.Context(), "oci://"+r.Host()+"/team/app:1@sha256:"+filepath.Base(folder))
	assert.NilError(t, err)
	_, err = o.Fetch(t.Context(), "oci://"+r.Host()+"/team/app:1")
	assert.Check(t, err != nil)
}

func TestManifestIsDockerComposes(t *testing.T) {
	r := registry(t)
	publish(t, r, "app:new", remote.PublishOptions{}, files()[0])
	assert.Check(t, cmp.Equal(string(r.Manifests[r.Tags["app:new"]]), `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",`+
		`"artifactType":"application/vnd.docker.compose.project","config":{"mediaType":"application/vnd.oci.empty.v1+json",`+
		`"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"data":"e30="},`+
		`"layers":[{"mediaType":"application/vnd.docker.compose.file+yaml",`+
		`"digest":"sha256:0ed169e5778212a0925574d44851242dd64a033dc54d38337045ee111025f4da","size":28,`+
		`"annotations":{"com.docker.compose.file":"compose.yaml","com.docker.compose.version":"1.2.3"},`+
		`"data":"c2VydmljZXM6IHthOiB7aW1hZ2U6IG9uZX19Cg=="}],"annotations":{"org.opencontainers.image.created":"2001-09-09T01:46:40Z"}}`))
	publish(t, r, "app:old", remote.PublishOptions{OCIVersion: "1.0"}, files()[0])
	var old ocispec.Manifest
	assert.NilError(t, json.Unmarshal(r.Manifests[r.Tags["app:old"]], &old))
	assert.Check(t, cmp.Equal(old.ArtifactType, ""))
	assert.Check(t, cmp.Equal(old.Config.MediaType, "application/vnd.docker.compose.config.empty.v1+json"))

	r.RefuseTyped = true
	publish(t, r, "app:refused", remote.PublishOptions{}, files()[0])
	assert.Check(t, cmp.Equal(r.Tags["app:refused"], r.Tags["app:old"]), "registries that know no types get the older form")
	_, err := fetcher(t).Fetch(t.Context(), "oci://"+r.Host()+"/app:old")
	assert.NilError(t, err)
}

func TestImagesGoIntoTheRepository(t *testing.T) {
	r := registry(t)
	publish(t, r, "image:1", remote.PublishOptions{}, files()[0]) // anything with a manifest is an image here
	publish(t, r, "app:1", remote.PublishOptions{Images: []string{r.Host() + "/image:1"}}, files()[0])
	found := false
	for digest, raw := range r.Manifests {
		var index ocispec.Index
		if r.Types[digest] == ocispec.MediaTypeImageIndex && json.Unmarshal(raw, &index) == nil && index.Subject != nil {
			found = true
			assert.Check(t, cmp.Equal(index.Subject.Digest.String(), r.Tags["app:1"]))
			assert.Check(t, cmp.Equal(index.Manifests[0].Digest.String(), r.Tags["image:1"]))
		}
	}
	assert.Check(t, found)
}

func TestHostileArtifactsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		files []remote.File
		spoil func(r *remotetest.Registry, app string)
		want  string
	}{
		"a path upwards":      {files: []remote.File{{Name: "../evil", Kind: remote.EnvFile}}, want: `a file of the artifact is called "../evil"`},
		"an absolute path":    {files: []remote.File{{Name: "/etc/evil", Kind: remote.ExtendedFile}}, want: `called "/etc/evil"`},
		"no name":             {files: []remote.File{{Kind: remote.EnvFile}}, want: `called ""`},
		"the same name twice": {files: []remote.File{{Name: "compose.yaml", Kind: remote.EnvFile}, {Name: "compose.yaml"}}, want: "file exists"},
		"no compose file":     {files: []remote.File{{Name: "a.env", Kind: remote.EnvFile}}, want: "there is no compose file in the artifact"},
		"other content": {files: files()[:1], want: "mismatch", spoil: func(r *remotetest.Registry, _ string) {
			for digest, content := range r.Blobs {
				r.Blobs[digest] = []byte(strings.ToUpper(string(content)))
			}
		}},
		"another manifest": {files: files()[:1], want: "mismatch", spoil: func(r *remotetest.Registry, app string) {
			digest := r.Tags[app]
			r.Manifests[digest] = []byte(strings.ReplaceAll(string(r.Manifests[digest]), "compose.yaml", "composed.yml"))
		}},
		"something else": {files: files()[:1], want: "it isn't a compose application", spoil: func(r *remotetest.Registry, app string) {
			raw := []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"x"}}`)
			r.Put(app, ocispec.MediaTypeImageManifest, raw)
		}},
		"too large": {files: files()[:1], want: "its files are larger than 8 MiB", spoil: func(r *remotetest.Registry, app string) {
			raw := strings.Replace(string(r.Manifests[r.Tags[app]]), `"size":28`, `"size":99000000`, 1)
			r.Put(app, ocispec.MediaTypeImageManifest, []byte(raw))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := registry(t)
			publish(t, r, "app:1", remote.PublishOptions{}, c.files...)
			if c.spoil != nil {
				c.spoil(r, "app:1")
			}
			o := fetcher(t)
			_, err := o.Fetch(t.Context(), "oci://"+r.Host()+"/app:1")
			assert.ErrorContains(t, err, c.want)
			left, _ := filepath.Glob(filepath.Join(string(o.Cache), "*"))
			assert.Check(t, cmp.Len(left, 0), "nothing of it is kept")
			parent, _ := filepath.Glob(filepath.Join(filepath.Dir(string(o.Cache)), "*"))
			assert.Check(t, len(parent) <= 1, "nothing got out: %v", parent)
		})
	}
}

func TestLoginGoesToItsRegistryAlone(t *testing.T) {
	r := registry(t)
	publish(t, r, "app:1", remote.PublishOptions{}, files()[0])
	r.Password = "secret"
	_, err := fetcher(t).Fetch(t.Context(), "oci://"+r.Host()+"/app:1")
	assert.ErrorContains(t, err, "basic credential not found")
	var asked []string
	o := fetcher(t)
	o.Registries.Login = func(_ context.Context, registry string) (remote.Login, error) {
		asked = append(asked, registry)
		return remote.Login{Username: "user", Password: "secret"}, nil
	}
	_, err = o.Fetch(t.Context(), "oci://"+r.Host()+"/app:1")
	assert.NilError(t, err)
	assert.Check(t, len(asked) > 0 && asked[0] == r.Host(), "%v", asked)
	assert.Check(t, strings.HasPrefix(r.Authorization, "Basic "))
}

func TestReferences(t *testing.T) {
	for _, bad := range []string{"BAD", "a b", "app@sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"} {
		_, err := remote.ParseReference(bad)
		assert.Check(t, err != nil, bad)
	}
	ref, err := remote.ParseReference("team/app")
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(ref.String(), "docker.io/team/app:latest"))
	err = (remote.Registries{}).Publish(t.Context(), ref, nil, remote.PublishOptions{OCIVersion: "3"})
	assert.Error(t, err, "unsupported OCI version: 3")
}
