package depot

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// unpacking is an engine's archive on its way into the spool. Engines write one
// of two kinds: a layout of the Open Container Initiative, whose files are
// named after their content, or Docker's own, where a list of files says what
// each is.
type unpacking struct {
	*spool
	// files are where the archive's files are, links what names of it stand for.
	files, links map[string]string
	// folder holds what hasn't found its place.
	folder string
}

// unpack reads an archive of one image.
func (s *spool) unpack(archive io.Reader) (_ Contents, err error) {
	folder, err := os.MkdirTemp(s.folder, "unpacking")
	if err != nil {
		return Contents{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	u := &unpacking{spool: s, folder: folder, files: map[string]string{}, links: map[string]string{}}
	if err := u.readAll(archive); err != nil {
		return Contents{}, fmt.Errorf("read image: %w", err)
	}
	var c Contents
	if _, layout := u.files[ocispec.ImageIndexFile]; layout {
		c, err = u.layout()
	} else {
		c, err = u.docker()
	}
	if err != nil {
		return Contents{}, fmt.Errorf("read image: %w", err)
	}
	return c, nil
}

func (u *unpacking) readAll(archive io.Reader) error {
	for entries := tar.NewReader(archive); ; {
		header, err := entries.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case header.Typeflag == tar.TypeReg:
			err = u.keep(header.Name, entries)
		case header.Typeflag == tar.TypeSymlink:
			u.links[header.Name] = path.Join(path.Dir(header.Name), header.Linkname)
		}
		if err != nil {
			return err
		}
	}
}

// keep writes a file under a name of our own.
func (u *unpacking) keep(name string, content io.Reader) error {
	file, err := os.Create(filepath.Join(u.folder, fmt.Sprint(len(u.files))))
	if err != nil {
		return err
	}
	u.files[name] = file.Name()
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}

func (u *unpacking) decode(name string, into any) error {
	text, err := os.ReadFile(u.files[name])
	if err != nil {
		return fmt.Errorf("it has no %s", name)
	}
	return json.Unmarshal(text, into)
}

// place makes a file of the archive a blob; one may be named several times.
func (u *unpacking) place(name string, d digest.Digest) (Blob, error) {
	if target, linked := u.links[name]; linked {
		name = target
	}
	if err := d.Validate(); err != nil {
		return Blob{}, fmt.Errorf("%s: %w", name, err)
	}
	if file, ok := u.files[name]; ok {
		if err := u.adopt(file, d); err != nil && !u.has(d) {
			return Blob{}, err
		}
	}
	info, err := os.Stat(u.path(d))
	if err != nil {
		return Blob{}, err
	}
	return Blob{Digest: d, Size: info.Size()}, nil
}

// layout reads the contents by way of the index that the archive begins at.
func (u *unpacking) layout() (Contents, error) {
	var index ocispec.Index
	if err := u.decode(ocispec.ImageIndexFile, &index); err != nil {
		return Contents{}, err
	}
	if len(index.Manifests) == 0 {
		return Contents{}, errors.New("its index is empty")
	}
	return describe(index.Manifests[0], u)
}

// blob places a blob of a layout.
func (u *unpacking) blob(d digest.Digest) (Blob, error) {
	return u.place(path.Join(ocispec.ImageBlobsDir, d.Algorithm().String(), d.Encoded()), d)
}

// docker reads the contents of an archive of Docker's own kind, and writes the
// manifest that it lacks.
func (u *unpacking) docker() (Contents, error) {
	var list []struct {
		Config string
		Layers []string
	}
	if err := u.decode("manifest.json", &list); err != nil {
		return Contents{}, err
	}
	if len(list) != 1 {
		return Contents{}, fmt.Errorf("it holds %d images", len(list))
	}
	text, err := os.ReadFile(u.files[list[0].Config])
	if err != nil {
		return Contents{}, errors.New("it has no configuration")
	}
	config, err := u.place(list[0].Config, digest.FromBytes(text))
	if err != nil {
		return Contents{}, err
	}
	image := Image{Config: config}
	content, err := configure(u.read, &image)
	if err != nil {
		return Contents{}, err
	}
	if len(content) != len(list[0].Layers) {
		return Contents{}, fmt.Errorf("it lists %d layers and has %d", len(content), len(list[0].Layers))
	}
	for i, name := range list[0].Layers {
		blob, err := u.place(name, content[i])
		if err != nil {
			return Contents{}, err
		}
		image.Layers = append(image.Layers, Layer{Blob: blob, Content: content[i]})
	}
	return u.withManifest(image)
}
