package fake

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// StatPath tells what a container has at a path. It has the files that were put
// into it, and the folders that they are in; / and /tmp are always there.
func (e *Engine) StatPath(ctx context.Context, name, file string) (stat hosts.PathStat, err error) {
	err = e.call(ctx, "StatPath", name+":"+file, func(s *state) error {
		r, err := s.container(name)
		if err == nil {
			stat, err = r.stat(file)
		}
		return err
	})
	return stat, err
}

func (r *record) stat(file string) (hosts.PathStat, error) {
	clean := path.Join("/", file)
	if content, ok := r.Files[clean]; ok && !strings.HasSuffix(file, "/") {
		return hosts.PathStat{Name: path.Base(clean), Size: int64(len(content)), Mode: 0o644, Modified: r.Created}, nil
	}
	if !r.folder(clean) {
		return hosts.PathStat{}, notFound("Could not find the file %s in container %s", file, r.ID)
	}
	return hosts.PathStat{Name: path.Base(clean), Mode: fs.ModeDir | 0o755, Modified: r.Created}, nil
}

func (r *record) folder(clean string) bool {
	if clean == "/" || clean == "/tmp" {
		return true
	}
	for name := range r.Files {
		if strings.HasPrefix(name, clean+"/") {
			return true
		}
	}
	return false
}

// ReadArchive is a path of a container as tar.
func (e *Engine) ReadArchive(ctx context.Context, name, file string) (content io.ReadCloser, stat hosts.PathStat, err error) {
	err = e.call(ctx, "ReadArchive", name+":"+file, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		if stat, err = r.stat(file); err != nil {
			return err
		}
		content, err = r.pack(path.Join("/", file), stat.Name)
		return err
	})
	return content, stat, err
}

// pack writes what is at a path, whose last element the names begin with.
func (r *record) pack(clean, base string) (io.ReadCloser, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if r.folder(clean) {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: base + "/", Mode: 0o755, ModTime: r.Created}); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		rest, inside := strings.CutPrefix(name, strings.TrimSuffix(clean, "/")+"/")
		if name != clean && !inside {
			continue
		}
		if name == clean {
			rest = ""
		}
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: path.Join(base, rest), Mode: 0o644, Size: int64(len(r.Files[name])), ModTime: r.Created,
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(r.Files[name]); err != nil {
			return nil, err
		}
	}
	return io.NopCloser(&b), w.Close()
}

// WriteArchive unpacks a tar stream into a folder, which exists.
func (e *Engine) WriteArchive(ctx context.Context, name, folder string, _ hosts.ArchiveOptions, content io.Reader) error {
	files, err := unpack(folder, content)
	if err != nil {
		return e.explain("WriteArchive", name, err)
	}
	return e.call(ctx, "WriteArchive", name+":"+folder, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		if !r.folder(path.Join("/", folder)) {
			return notFound("Could not find the file %s in container %s", folder, r.ID)
		}
		maps.Copy(r.Files, files)
		return nil
	})
}

// ExportContainer is all files of a container as tar.
func (e *Engine) ExportContainer(ctx context.Context, name string) (content io.ReadCloser, err error) {
	err = e.call(ctx, "ExportContainer", name, func(s *state) error {
		r, err := s.container(name)
		if err == nil {
			content, err = r.pack("/", "")
		}
		return err
	})
	return content, err
}
