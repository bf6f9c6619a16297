package compose

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// wholeFile is the size up to which a file is read before its size is told, as
// it may be written to meanwhile.
const wholeFile = 4 << 20

// packFiles writes files as an archive from the root of a container. What has
// gone meanwhile is left out: that is a change of its own.
func packFiles(to io.Writer, files []fileMapping, folders bool) error {
	w := tar.NewWriter(to)
	for _, f := range files {
		err := packFile(w, f, folders)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("pack %s: %w", f.from, err)
		}
	}
	return w.Close()
}

func packFile(w *tar.Writer, f fileMapping, folders bool) error {
	info, err := os.Lstat(f.from)
	if err != nil {
		return err
	}
	link := ""
	switch kind := info.Mode().Type(); {
	case kind == fs.ModeSymlink:
		if link, err = os.Readlink(f.from); err != nil {
			return err
		}
	case kind == fs.ModeDir && !folders, kind != 0 && kind != fs.ModeDir:
		return nil // sockets and devices aren't sent
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	// The names of owners mean somebody else there.
	header.Uname, header.Gname, header.Format = "", "", tar.FormatPAX
	if header.Name = strings.TrimPrefix(f.to, "/"); info.IsDir() {
		header.Name += "/"
	}
	if !info.Mode().IsRegular() {
		return w.WriteHeader(header)
	}
	return packContent(w, f.from, header)
}

func packContent(w *tar.Writer, path string, header *tar.Header) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	content := io.LimitReader(file, header.Size)
	if header.Size <= wholeFile {
		whole, err := io.ReadAll(io.LimitReader(file, wholeFile))
		if err != nil {
			return err
		}
		header.Size, content = int64(len(whole)), bytes.NewReader(whole)
	}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	n, err := io.Copy(w, content)
	if err == nil && n < header.Size {
		err = errors.New("it was cut short while it was read")
	}
	return err
}
