package tree

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Pack writes entries of the tree as a tar stream, in constant memory. Each
// file is read once, as it is then; told is called with the bytes of content
// that were written so far, and may be nil.
func (t *Tree) Pack(ctx context.Context, to io.Writer, entries []Entry, told func(int64)) error {
	w := tar.NewWriter(to)
	p := packer{tree: t, tar: w, told: told}
	for _, e := range entries {
		if err := p.pack(ctx, e); err != nil {
			return fmt.Errorf("pack %s: %w", t.path(e), err)
		}
	}
	return w.Close()
}

func (t *Tree) path(e Entry) string {
	if t.File != "" {
		return t.Path
	}
	return filepath.Join(t.Path, filepath.FromSlash(e.Path))
}

type packer struct {
	tree *Tree
	tar  *tar.Writer
	told func(int64)
	done int64
}

func (p *packer) pack(ctx context.Context, e Entry) error {
	if !e.Mode.IsRegular() {
		h := header(e)
		if info, err := os.Lstat(p.tree.path(e)); err == nil {
			h.ModTime = info.ModTime()
		}
		return p.tar.WriteHeader(h)
	}
	f, err := os.Open(p.tree.path(e))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := header(e)
	h.Size, h.ModTime = info.Size(), info.ModTime()
	if err := p.tar.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.CopyN(p, untilDone{ctx, f}, info.Size())
	if errors.Is(err, io.EOF) {
		err = errors.New("it was cut short while it was read")
	}
	return err
}

// Write counts the content that passes.
func (p *packer) Write(b []byte) (int, error) {
	n, err := p.tar.Write(b)
	if p.done += int64(n); p.told != nil {
		p.told(p.done)
	}
	return n, err
}

func header(e Entry) *tar.Header {
	h := &tar.Header{Name: e.Path, Mode: permissions(e.Mode), Uid: e.UID, Gid: e.GID, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
	switch {
	case e.Mode.IsDir():
		h.Typeflag, h.Name = tar.TypeDir, strings.TrimSuffix(e.Path, "/")+"/"
	case e.Mode&fs.ModeSymlink != 0:
		h.Typeflag, h.Linkname = tar.TypeSymlink, e.Link
	}
	return h
}

// permissions are the bits as tar has them.
func permissions(m fs.FileMode) int64 {
	bits := int64(m.Perm())
	for bit, tarBit := range map[fs.FileMode]int64{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if m&bit != 0 {
			bits |= tarBit
		}
	}
	return bits
}
