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
	"strings"
)

// Unpack puts a tar stream whose entries begin with base into a folder, under
// the name. The stream may be hostile: an entry that would be written outside
// of the folder, through ".." or a link, ends it with an error, and so does a
// link whose relative target leaves the folder. Owners, setuid and setgid bits
// don't count. Devices, pipes and what else isn't a file, a folder or a link
// are left out; skipped is called with their names.
func Unpack(ctx context.Context, content io.Reader, base, folder, name string, skipped func(string)) error {
	return unpack(ctx, content, folder, &unpacker{base: base, name: name, skipped: skipped})
}

// UnpackAll puts all of a tar stream into a folder, as [Unpack] does, up to a
// limit.
func UnpackAll(ctx context.Context, content io.Reader, folder string, most Limit) error {
	return unpack(ctx, content, folder, &unpacker{base: ".", name: ".", skipped: func(string) {}, most: most})
}

func unpack(ctx context.Context, content io.Reader, folder string, u *unpacker) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	u.root = root
	t := tar.NewReader(reader{ctx, content})
	for {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return u.leave("")
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		if err := u.entry(header, t); err != nil {
			return fmt.Errorf("unpack %q: %w", header.Name, err)
		}
	}
}

// unpacker is one stream on its way into a folder.
type unpacker struct {
	root       *os.Root
	base, name string
	skipped    func(string)
	// most is what the stream may hold, and held what it has held so far.
	most, held Limit
	// entered are the folders around the last entry, outermost first. They get
	// their own mode and time once nothing more comes into them.
	entered []*tar.Header
}

var errOutside = errors.New("refused: it leads out of the folder that is copied to")

func (u *unpacker) entry(h *tar.Header, content io.Reader) error {
	target, err := u.target(h.Name)
	if err != nil {
		return err
	}
	if err := u.count(h); err != nil {
		return err
	}
	if err := u.leave(target); err != nil {
		return err
	}
	// A stream needn't name the folders of what it holds.
	if err := u.root.MkdirAll(path.Dir(target), 0o755); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return u.enter(h, target)
	case tar.TypeReg:
		return u.file(h, target, content)
	case tar.TypeSymlink:
		return u.link(h.Linkname, target)
	case tar.TypeLink:
		return u.hardLink(h.Linkname, target)
	}
	u.skipped(target)
	return nil
}

// target is where an entry goes, relative to the folder.
func (u *unpacker) target(entry string) (string, error) {
	rest, inside := strings.CutPrefix(path.Clean(strings.TrimLeft(entry, "/")), u.base)
	switch {
	case u.base == "." || u.base == "/":
		rest = path.Clean(strings.TrimLeft(entry, "/"))
	case !inside || rest != "" && rest[0] != '/':
		return "", errOutside
	}
	target := path.Join(u.name, rest)
	if !filepath.IsLocal(filepath.FromSlash(target)) {
		return "", errOutside
	}
	return target, nil
}

// enter makes a folder, open to its owner until all is in it.
func (u *unpacker) enter(h *tar.Header, target string) error {
	info, err := u.root.Lstat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = u.root.Mkdir(target, 0o700)
	case err == nil && !info.IsDir():
		err = errors.New("cannot overwrite non-directory with a directory")
	case err == nil:
		err = u.root.Chmod(target, info.Mode().Perm()|0o700)
	}
	own := *h
	own.Name = target
	u.entered = append(u.entered, &own)
	return err
}

// leave finishes the folders that target is not in; "" is in none.
func (u *unpacker) leave(target string) error {
	for len(u.entered) > 0 {
		h := u.entered[len(u.entered)-1]
		if target != "" && (h.Name == "." || strings.HasPrefix(target, h.Name+"/")) {
			return nil
		}
		u.entered = u.entered[:len(u.entered)-1]
		if err := u.root.Chmod(h.Name, h.FileInfo().Mode().Perm()); err != nil {
			return err
		}
		if err := u.root.Chtimes(h.Name, h.ModTime, h.ModTime); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacker) file(h *tar.Header, target string, content io.Reader) error {
	if err := u.clear(target); err != nil {
		return err
	}
	f, err := u.root.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err := errors.Join(err, f.Chmod(h.FileInfo().Mode().Perm()), f.Close()); err != nil {
		return err
	}
	return u.root.Chtimes(target, h.ModTime, h.ModTime)
}

// link keeps an absolute target as it stands: it is written, never followed.
func (u *unpacker) link(to, target string) error {
	if !path.IsAbs(to) && !filepath.IsLocal(filepath.FromSlash(path.Join(path.Dir(target), to))) {
		return errOutside
	}
	if err := u.clear(target); err != nil {
		return err
	}
	return u.root.Symlink(to, target)
}

func (u *unpacker) hardLink(to, target string) error {
	source, err := u.target(to)
	if err != nil {
		return err
	}
	if err := u.clear(target); err != nil {
		return err
	}
	return u.root.Link(source, target)
}

// clear makes room for something that isn't a folder.
func (u *unpacker) clear(target string) error {
	info, err := u.root.Lstat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("cannot overwrite a directory with a non-directory")
	}
	return u.root.Remove(target)
}
