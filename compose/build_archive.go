package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/clocker-compose/clocker-compose/compose/archive"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Limits of archives that are build contexts.
const (
	mostFetched  = 1 << 30
	mostUnpacked = 8 << 30
	mostFiles    = 500_000
	// What is unpacked may be this many times what was fetched, and some more: no
	// sources shrink further, and what does is made to fill a disk.
	mostGrowth, freeGrowth = 100, 64 << 20
	// mostDockerfile is the size of a Dockerfile that stands alone at an address.
	mostDockerfile = 1 << 20
)

// fetch returns a build with the context, and the Dockerfile, that an address
// holds.
func (f *contextFetch) fetch(ctx context.Context, address, checksum string) (hosts.BuildSpec, error) {
	folder, err := f.folder()
	if err != nil {
		return hosts.BuildSpec{}, err
	}
	packed, err := os.Create(filepath.Join(folder, "fetched"))
	if err != nil {
		return hosts.BuildSpec{}, err
	}
	defer packed.Close()
	size, mediaType, err := f.receive(ctx, address, checksum, packed)
	if err != nil {
		return hosts.BuildSpec{}, err
	}
	content := filepath.Join(folder, "content")
	if err := os.Mkdir(content, 0o700); err != nil {
		return hosts.BuildSpec{}, err
	}
	err = unpackContext(ctx, packed, content, size)
	if errors.Is(err, archive.ErrNoArchive) {
		return loneDockerfile(packed, content, size, mediaType)
	}
	if err != nil {
		return hosts.BuildSpec{}, fmt.Errorf("unpack %s: %w", shown(address), err)
	}
	return hosts.BuildSpec{Context: content}, os.Remove(packed.Name())
}

// receive writes what is at an address, or in standard input, into a file.
func (f *contextFetch) receive(ctx context.Context, address, checksum string, to io.Writer) (size int64, mediaType string, err error) {
	if isInput(address) {
		size, err = readInput(ctx, f.env.Input, to)
		return size, "text/plain", err
	}
	from := f.env.Downloads
	from.Most = mostFetched
	return from.Fetch(ctx, address, checksum, to)
}

// unpackContext puts the archive in a file into a folder.
func unpackContext(ctx context.Context, packed io.ReadSeeker, folder string, size int64) error {
	if _, err := packed.Seek(0, io.SeekStart); err != nil {
		return err
	}
	stream, err := archive.Decompress(packed)
	if err != nil {
		return err
	}
	defer stream.Close()
	most := archive.Limit{Bytes: min(mostUnpacked, freeGrowth+mostGrowth*size), Entries: mostFiles}
	return archive.UnpackAll(ctx, stream, folder, most)
}

// loneDockerfile takes a text for a Dockerfile, as engines do.
func loneDockerfile(text io.ReadSeeker, empty string, size int64, mediaType string) (hosts.BuildSpec, error) {
	if size == 0 {
		return hosts.BuildSpec{}, fmt.Errorf("%w, and no Dockerfile either: it is empty", archive.ErrNoArchive)
	}
	if mediaType != "text/plain" || size > mostDockerfile {
		return hosts.BuildSpec{}, fmt.Errorf("%w, and no Dockerfile either: the server calls it %q", archive.ErrNoArchive, mediaType)
	}
	if _, err := text.Seek(0, io.SeekStart); err != nil {
		return hosts.BuildSpec{}, err
	}
	content, err := io.ReadAll(text)
	return hosts.BuildSpec{Context: empty, Inline: string(content)}, err
}
