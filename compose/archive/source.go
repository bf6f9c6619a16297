package archive

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Source is a path of this machine.
type Source struct {
	Item
	// path is where it is; a link in its place has been followed where asked.
	path string
}

// Open looks at a path. With follow, a symbolic link that the path itself is
// gives way to what it leads to, under the link's name.
func Open(name string, follow bool) (Source, error) {
	slashed := filepath.ToSlash(name)
	real := name
	if wholeFolder(slashed) {
		follow = true
	}
	if follow {
		var err error
		if real, err = filepath.EvalSymlinks(name); err != nil {
			return Source{}, err
		}
	}
	info, err := os.Lstat(real)
	if err != nil {
		return Source{}, err
	}
	absolute, err := filepath.Abs(name)
	if err != nil {
		return Source{}, err
	}
	it := Item{Name: filepath.Base(absolute), Folder: info.IsDir(), Contents: info.IsDir() && wholeFolder(slashed)}
	return Source{Item: it, path: real}, nil
}

// Pack writes the source as a tar stream whose entries begin with name. Sockets
// are left out. What can't be read is an error: a copy is whole or none.
func (s Source) Pack(ctx context.Context, to io.Writer, name string) error {
	w := tar.NewWriter(to)
	err := filepath.WalkDir(s.path, func(file string, d fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		rel, err := filepath.Rel(s.path, file)
		if err != nil {
			return err
		}
		return packFile(ctx, w, file, path.Join(name, filepath.ToSlash(rel)), d)
	})
	if err != nil {
		return err
	}
	return w.Close()
}

func packFile(ctx context.Context, w *tar.Writer, file, name string, d fs.DirEntry) error {
	if d.Type()&fs.ModeSocket != 0 {
		return nil
	}
	info, err := d.Info()
	if err != nil {
		return err
	}
	header, err := header(file, name, info)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return w.WriteHeader(header)
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.CopyN(w, reader{ctx, f}, header.Size)
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%s was cut short while it was read", file)
	}
	return err
}

func header(file, name string, info fs.FileInfo) (h *tar.Header, err error) {
	link := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if link, err = os.Readlink(file); err != nil {
			return nil, err
		}
	}
	if h, err = tar.FileInfoHeader(info, filepath.ToSlash(link)); err != nil {
		return nil, err
	}
	h.Name, h.Uname, h.Gname = name, "", "" // names mean others there
	if info.IsDir() {
		h.Name += "/"
	}
	return h, nil
}

// reader reads no further once ctx has ended.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
