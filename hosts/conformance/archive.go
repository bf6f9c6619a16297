package conformance

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

type archives interface {
	StatPath(ctx context.Context, container, path string) (hosts.PathStat, error)
	ReadArchive(ctx context.Context, container, path string) (io.ReadCloser, hosts.PathStat, error)
	WriteArchive(ctx context.Context, container, folder string, o hosts.ArchiveOptions, content io.Reader) error
	ExportContainer(ctx context.Context, container string) (io.ReadCloser, error)
	CommitContainer(ctx context.Context, container string, o hosts.CommitOptions) (id string, err error)
}

// packed is a tar stream of a file.
func (s *suite) packed(name, text string) io.Reader {
	s.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	assert.NilError(s, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(text))}))
	_, _ = w.Write([]byte(text))
	assert.NilError(s, w.Close())
	return &b
}

// unpacked are the regular files of a tar stream.
func (s *suite) unpacked(content io.ReadCloser) map[string]string {
	s.Helper()
	defer content.Close()
	files := map[string]string{}
	for r := tar.NewReader(content); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		assert.NilError(s, err)
		if header.Typeflag == tar.TypeReg {
			text, err := io.ReadAll(r)
			assert.NilError(s, err)
			files[strings.TrimPrefix(header.Name, "/")] = string(text)
		}
	}
}

func testArchives(s *suite) {
	spec := s.spec("archive", "true")
	spec.Files = []hosts.File{{Path: "/tmp/kept", Content: []byte("kept"), Mode: 0o644}}
	id := s.create(spec)
	assert.NilError(s, s.WriteArchive(s.ctx, id, "/tmp", hosts.ArchiveOptions{}, s.packed("tree/sub/file", "hello")))

	stat, err := s.StatPath(s.ctx, id, "/tmp/tree")
	assert.NilError(s, err)
	assert.Check(s, stat.Mode.IsDir())
	assert.Check(s, cmp.Equal(stat.Name, "tree"))
	stat, err = s.StatPath(s.ctx, id, "/tmp/tree/sub/file")
	assert.NilError(s, err)
	assert.Check(s, stat.Mode.IsRegular())
	assert.Check(s, cmp.Equal(stat.Size, int64(5)))

	content, stat, err := s.ReadArchive(s.ctx, id, "/tmp/tree")
	assert.NilError(s, err)
	assert.Check(s, stat.Mode.IsDir())
	assert.Check(s, cmp.DeepEqual(s.unpacked(content), map[string]string{"tree/sub/file": "hello"}))
	content, _, err = s.ReadArchive(s.ctx, id, "/tmp/tree/sub/file")
	assert.NilError(s, err)
	assert.Check(s, cmp.DeepEqual(s.unpacked(content), map[string]string{"file": "hello"}))

	_, err = s.StatPath(s.ctx, id, "/tmp/nosuch")
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
	_, _, err = s.ReadArchive(s.ctx, id, "/tmp/nosuch")
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
	err = s.WriteArchive(s.ctx, id, "/nosuch", hosts.ArchiveOptions{}, s.packed("a", "b"))
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)

	content, err = s.ExportContainer(s.ctx, id)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(s.unpacked(content)["tmp/tree/sub/file"], "hello"))
}

func testCommit(s *suite) {
	id := s.create(s.spec("commit", "true"))
	ref := strings.ToLower(s.name("image")) + ":1"
	image, err := s.CommitContainer(s.ctx, id, hosts.CommitOptions{Reference: ref, Message: "m", Changes: []string{"ENV A=b"}})
	assert.NilError(s, err)
	s.Cleanup(func() { _ = s.RemoveImage(context.Background(), ref, true) })
	found, err := s.InspectImage(s.ctx, ref)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(found.ID, image))
	_, err = s.CommitContainer(s.ctx, id, hosts.CommitOptions{Reference: "NOT A NAME"})
	assert.Check(s, err != nil)
	_, err = s.CommitContainer(s.ctx, s.name("nosuch"), hosts.CommitOptions{})
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}
