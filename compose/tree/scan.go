package tree

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Scan reads a file or a folder. A symbolic link that path itself is, is
// followed, as the engine follows it; those inside are kept. Sockets and
// devices are left out. A path that doesn't exist is fs.ErrNotExist.
func Scan(ctx context.Context, path string) (*Tree, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(real)
	if err != nil {
		return nil, err
	}
	t := &Tree{Path: real}
	if !info.IsDir() {
		t.File = filepath.Base(path)
		e, err := describe(ctx, real, t.File, info)
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is neither a file nor a folder", path)
		}
		t.Entries = []Entry{e}
		return t, err
	}
	return t, t.walk(ctx)
}

func (t *Tree) walk(ctx context.Context) error {
	return filepath.WalkDir(t.Path, func(path string, d fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if d.Type()&(fs.ModeSocket|fs.ModeDevice|fs.ModeNamedPipe) != 0 {
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it went while the folder was read
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(t.Path, path)
		if err != nil {
			return err
		}
		e, err := describe(ctx, path, filepath.ToSlash(rel), info)
		t.Entries = append(t.Entries, e)
		return err
	})
}

func describe(ctx context.Context, path, name string, info fs.FileInfo) (e Entry, err error) {
	e = Entry{Path: name, Mode: info.Mode() & (fs.ModeType | fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)}
	if info.Mode()&fs.ModeSymlink != 0 {
		if e.Link, err = os.Readlink(path); err != nil {
			return e, err
		}
	}
	header, err := tar.FileInfoHeader(info, e.Link) // which knows owners on systems that have them
	if err != nil {
		return e, err
	}
	e.UID, e.GID = header.Uid, header.Gid
	if info.Mode().IsRegular() {
		e.Size = info.Size()
		e.Sum, err = sum(ctx, path)
	}
	return e, err
}

func sum(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, untilDone{ctx, f}); err != nil {
		return "", err
	}
	return shorten(h.Sum(nil)), nil
}

// untilDone reads no further once ctx has ended.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
