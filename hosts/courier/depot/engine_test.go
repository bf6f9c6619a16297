package depot

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// pretended is an engine in memory that answers as much as a depot asks.
type pretended struct {
	// blobs tells that it is of the kind that keeps blobs.
	blobs bool
	// disk is the folder of its store, if others may read it.
	disk string
	// fails is what it says to the next archives.
	fails string

	mu sync.Mutex
	// content are the bytes that it keeps, by digest.
	content map[digest.Digest][]byte
	// images are the names of images, by reference.
	images map[string]stored
	loads  int
	saves  int
	// prunes is how many of the next archives are gone once they were taken.
	prunes int
}

// stored is an image that an engine has.
type stored struct {
	config digest.Digest
	layers []digest.Digest // digests of blobs, or of what they hold
	files  []digest.Digest // always of what they hold
}

// start serves the engine on a socket.
func (p *pretended) start(t *testing.T) engine {
	t.Helper()
	p.content, p.images = map[digest.Digest][]byte{}, map[string]stored{}
	socket := filepath.Join(t.TempDir(), "engine.sock")
	listener, err := net.Listen("unix", socket)
	assert.NilError(t, err)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /images/json", p.list)
	mux.HandleFunc("GET /images/get", p.save)
	mux.HandleFunc("POST /images/load", p.load)
	mux.HandleFunc("GET /images/{name}/json", p.inspect)
	mux.HandleFunc("POST /images/{name}/tag", p.tag)
	mux.HandleFunc("DELETE /images/{name}", p.remove)
	server := &http.Server{Handler: mux}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return newEngine(socket)
}

func answer(w io.Writer, value any) { _ = json.NewEncoder(w).Encode(value) }

// keep has a blob on its disk, too, where others may read that.
func (p *pretended) keep(b []byte) digest.Digest {
	d := digest.FromBytes(b)
	p.content[d] = b
	if folder := filepath.Join(p.disk, BlobsFolder, "sha256"); p.blobs && there(p.disk, BlobsFolder) {
		_ = os.MkdirAll(folder, 0o700)
		_ = os.WriteFile(filepath.Join(folder, d.Encoded()), b, 0o600)
	}
	return d
}

// add gives the engine an image with layers of the given contents.
func (p *pretended) add(name string, layers ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var s stored
	for _, l := range layers {
		s.layers = append(s.layers, p.keep([]byte(l)))
	}
	s.files = s.layers
	config, _ := json.Marshal(ocispec.Image{
		Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"},
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: s.files},
	})
	s.config = p.keep(config)
	p.images[name] = s
}

func (p *pretended) has(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.images[name]
	return ok
}

func (p *pretended) names() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for n := range p.images {
		names = append(names, n)
	}
	return names
}

func (p *pretended) list(w http.ResponseWriter, _ *http.Request) {
	list := []map[string]string{}
	for _, n := range p.names() {
		list = append(list, map[string]string{"Id": n})
	}
	answer(w, list)
}

func (p *pretended) inspect(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.images[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	available := true
	for _, l := range s.layers {
		available = available && p.content[l] != nil
	}
	id := s.config
	if p.blobs {
		id = manifestOf(s, p.content)
	}
	answer(w, map[string]any{
		"Id": id, "RootFS": map[string]any{"Layers": s.files},
		"Manifests": []any{map[string]any{"Descriptor": map[string]any{"Digest": manifestOf(s, p.content)}, "Available": available}},
	})
}

// manifestOf is what an image that came without a manifest is given.
func manifestOf(s stored, content map[digest.Digest][]byte) digest.Digest {
	for d, b := range content {
		var m ocispec.Manifest
		if json.Unmarshal(b, &m) == nil && m.Config.Digest == s.config && s.config != "" {
			return d
		}
	}
	return ""
}

// save writes an archive of Docker's own kind.
func (p *pretended) save(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.saves++
	s, ok := p.images[r.FormValue("names")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	archive := tar.NewWriter(w)
	write := func(name string, b []byte) {
		_ = archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(b))})
		_, _ = archive.Write(b)
	}
	var layers []string
	for i, l := range s.layers {
		layers = append(layers, fmt.Sprintf("%d/layer.tar", i))
		write(layers[i], p.content[l])
	}
	write("c.json", p.content[s.config])
	text, _ := json.Marshal([]any{map[string]any{"Config": "c.json", "Layers": layers}})
	write("manifest.json", text)
	_ = archive.Close()
}

// load takes an archive of either kind, as engines do: those that keep blobs
// don't mind that some are missing.
func (p *pretended) load(w http.ResponseWriter, r *http.Request) {
	files, err := filesIn(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loads++
	if err != nil {
		answer(w, map[string]string{"error": err.Error()})
		return
	}
	if p.fails != "" {
		answer(w, map[string]string{"error": p.fails})
		return
	}
	if p.blobs {
		err = p.takeLayout(files)
	} else {
		err = p.takeList(files)
	}
	if err != nil {
		answer(w, map[string]string{"error": err.Error()})
	}
	if p.prunes > 0 {
		p.prunes--
		clear(p.images)
		clear(p.content)
	}
}

func filesIn(body io.Reader) (map[string][]byte, error) {
	files := map[string][]byte{}
	for archive := tar.NewReader(body); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if files[h.Name], err = io.ReadAll(archive); err != nil {
			return nil, err
		}
	}
}

func (p *pretended) takeLayout(files map[string][]byte) error {
	var index ocispec.Index
	if err := json.Unmarshal(files["index.json"], &index); err != nil {
		return err
	}
	for name, b := range files {
		if strings.HasPrefix(name, "blobs/") {
			p.keep(b)
		}
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(p.content[index.Manifests[0].Digest], &m); err != nil {
		return err
	}
	s := stored{config: m.Config.Digest}
	for _, l := range m.Layers {
		s.layers = append(s.layers, l.Digest)
	}
	s.files = filesOf(p.content[s.config])
	p.images[strings.TrimPrefix(index.Manifests[0].Annotations["io.containerd.image.name"], "docker.io/library/")] = s
	return nil
}

func filesOf(config []byte) []digest.Digest {
	var c ocispec.Image
	_ = json.Unmarshal(config, &c)
	return c.RootFS.DiffIDs
}

func (p *pretended) takeList(files map[string][]byte) error {
	var list []struct {
		Config           string
		RepoTags, Layers []string
	}
	if err := json.Unmarshal(files["manifest.json"], &list); err != nil {
		return err
	}
	s := stored{config: p.keep(files[list[0].Config]), files: filesOf(files[list[0].Config])}
	for i, name := range list[0].Layers {
		if b, sent := files[name]; sent {
			if p.keep(b) != s.files[i] {
				return errors.New("invalid diffID")
			}
		} else if p.content[s.files[i]] == nil {
			return fmt.Errorf("open %s: no such file or directory", name)
		}
	}
	s.layers = s.files
	p.images[list[0].RepoTags[0]] = s
	return nil
}

func (p *pretended) tag(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.images[r.PathValue("name")]; !ok {
		http.NotFound(w, r)
		return
	}
	repository := strings.TrimPrefix(r.FormValue("repo"), "docker.io/library/")
	p.images[repository+":"+r.FormValue("tag")] = p.images[r.PathValue("name")]
}

func (p *pretended) remove(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.images[r.PathValue("name")]; !ok {
		http.NotFound(w, r)
	}
	delete(p.images, r.PathValue("name"))
}

// bytesOf reads what an image of the engine holds.
func (p *pretended) bytesOf(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all bytes.Buffer
	for _, l := range p.images[name].layers {
		all.Write(p.content[l])
	}
	return all.String()
}
