package depot

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/klauspost/compress/gzip"
	"github.com/vbatts/tar-split/tar/asm"
	"github.com/vbatts/tar-split/tar/storage"
)

// layerArchive is a layer's archive that is put together while it is read.
type layerArchive struct {
	place
	size, offset int64
	// stream is at offset; nil before the first read and after a seek.
	stream io.ReadCloser
}

func (a *layerArchive) Read(p []byte) (int, error) {
	if a.stream == nil {
		if err := a.start(); err != nil {
			return 0, err
		}
	}
	n, err := a.stream.Read(p)
	a.offset += int64(n)
	return n, err
}

// start puts together what comes before the offset, too, for nobody.
func (a *layerArchive) start() error {
	stream, err := a.assemble()
	if err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, stream, a.offset); err != nil {
		return errors.Join(err, stream.Close())
	}
	a.stream = stream
	return nil
}

func (a *layerArchive) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += a.offset
	case io.SeekEnd:
		offset += a.size
	}
	if offset < 0 || offset > a.size {
		return 0, fmt.Errorf("layer: no place %d in %d bytes", offset, a.size)
	}
	if offset == a.offset {
		return offset, nil
	}
	a.offset = offset
	return offset, a.Close()
}

// Close ends the reading; a read after it begins anew.
func (a *layerArchive) Close() error {
	if a.stream == nil {
		return nil
	}
	err := a.stream.Close()
	a.stream = nil
	return err
}

// assemble returns the whole archive. Its goroutine ends when it is read to its
// end or closed.
func (p place) assemble() (io.ReadCloser, error) {
	files, err := os.OpenRoot(p.folder)
	if err != nil {
		return nil, err
	}
	recipe, err := openRecipe(p.recipe)
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	reader, writer := io.Pipe()
	go func() {
		err := asm.WriteOutputTarStream(layerFiles{files}, recipe, writer)
		err = errors.Join(err, recipe.Close(), files.Close())
		writer.CloseWithError(err) // nil is the end
	}()
	return reader, nil
}

// layerFiles are those of a layer. Nothing in its archive leads out of its folder.
type layerFiles struct{ root *os.Root }

func (f layerFiles) Get(name string) (io.ReadCloser, error) {
	return f.root.Open(path.Join(".", path.Clean("/"+name)))
}

// recipe says what an archive is made of, part by part.
type recipe struct {
	storage.Unpacker
	io.Closer
}

func openRecipe(name string) (recipe, error) {
	file, err := os.Open(name)
	if err != nil {
		return recipe{}, err
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return recipe{}, errors.Join(fmt.Errorf("read %s: %w", path.Base(name), err), file.Close())
	}
	return recipe{storage.NewJSONUnpacker(unpacked), file}, nil
}

// recipeSize is the size of the archive, which no file has to be read for.
func recipeSize(name string) (size int64, err error) {
	r, err := openRecipe(name)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for {
		part, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return size, nil
		case err != nil:
			return 0, fmt.Errorf("read %s: %w", path.Base(name), err)
		case part.Type == storage.SegmentType:
			size += int64(len(part.Payload))
		default:
			size += part.Size
		}
	}
}
