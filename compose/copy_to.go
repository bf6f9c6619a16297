package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/clocker-compose/clocker-compose/compose/archive"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// CopyTo copies a path of this machine, or the tar stream in, into all
// containers of a service, or into the one with the index. The path is read
// once for each, the stream once for all; none is held in memory.
func CopyTo(ctx context.Context, env *Env, o CopyOptions, in io.Reader) error {
	containers, absent, err := env.concerned(ctx, o)
	if err != nil {
		return err
	}
	sources, err := o.sources(ctx, in, len(containers))
	if err != nil && !o.Dry {
		return err
	}
	problems := make([]error, len(containers))
	var copies sync.WaitGroup
	for i, c := range containers {
		copies.Go(func() {
			problems[i] = env.copying(c, o.Local, c.Name+":"+o.Path, func() error {
				if o.Dry {
					return nil
				}
				return env.copyTo(ctx, c, o, sources[i])
			})
		})
	}
	copies.Wait()
	for _, h := range absent {
		problems = append(problems, fmt.Errorf("not copied to containers on host %s: %s", h.Name, h.Status.Reason))
	}
	return different(problems)
}

// different joins errors, each sentence once.
func different(all []error) error {
	said := map[string]bool{}
	return errors.Join(slices.DeleteFunc(all, func(err error) bool {
		again := err == nil || said[err.Error()]
		if !again {
			said[err.Error()] = true
		}
		return again
	})...)
}

// parcel is what one container gets.
type parcel struct {
	// item is nil for a stream that is unpacked as it comes.
	item *archive.Item
	// pack writes it as tar, under the name, until ctx ends.
	pack func(ctx context.Context, to io.Writer, name string) error
	// drop lets go of what wasn't packed.
	drop func()
}

// sources is a parcel for each container.
func (o CopyOptions) sources(ctx context.Context, in io.Reader, n int) ([]parcel, error) {
	if o.Local == "-" {
		return dealt(ctx, in, n), nil
	}
	local := o.Local
	if !filepath.IsAbs(local) {
		local = o.Folder + string(filepath.Separator) + local // a Join would drop "/."
	}
	source, err := archive.Open(local, o.Follow)
	if err != nil {
		return nil, err
	}
	all := make([]parcel, n)
	for i := range all {
		all[i] = parcel{item: &source.Item, pack: source.Pack, drop: func() {}}
	}
	return all, nil
}

// dealt gives one stream to all parcels at once. One that is dropped, or whose
// container takes no more, doesn't keep the others from theirs.
func dealt(ctx context.Context, in io.Reader, n int) []parcel {
	all := make([]parcel, n)
	writers := make([]*io.PipeWriter, n)
	deal := sync.OnceFunc(func() { go dealOut(ctx, in, writers) })
	for i := range all {
		reader, writer := io.Pipe()
		writers[i] = writer
		all[i] = parcel{
			pack: func(_ context.Context, to io.Writer, _ string) error {
				defer reader.Close()
				deal()
				_, err := io.Copy(to, reader)
				return err
			},
			drop: func() { reader.Close() },
		}
	}
	return all
}

func dealOut(ctx context.Context, in io.Reader, writers []*io.PipeWriter) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := in.Read(buffer)
		if err == nil {
			err = ctx.Err()
		}
		taken := false
		for _, w := range writers {
			if _, failed := w.Write(buffer[:n]); failed == nil {
				taken = true
			}
		}
		if err != nil || !taken {
			for _, w := range writers {
				w.CloseWithError(err) // the end is io.EOF
			}
			return
		}
	}
}

func (e *Env) copyTo(ctx context.Context, c state.Container, o CopyOptions, from parcel) error {
	defer from.drop()
	engine, err := e.engine(c.Host)
	if err != nil {
		return err
	}
	folder, name, err := o.placeIn(ctx, engine, c, from.item)
	if err != nil {
		return err
	}
	return patiently(ctx, func(ctx context.Context, p patience) error {
		reader, writer := io.Pipe()
		var packing sync.WaitGroup
		var packed error
		packing.Go(func() {
			packed = from.pack(ctx, writer, name)
			writer.CloseWithError(packed) // nil is the end
		})
		err := engine.WriteArchive(ctx, c.Name, folder, hosts.ArchiveOptions{Owners: o.Owners}, p.feeding(reader))
		reader.Close()
		packing.Wait()
		if packed != nil && !errors.Is(packed, io.ErrClosedPipe) {
			return packed // which the engine's answer would hide
		}
		return err
	})
}

// placeIn decides where in the container it goes.
func (o CopyOptions) placeIn(ctx context.Context, engine Engine, c state.Container, it *archive.Item) (folder, name string, err error) {
	target, stat, err := resolvePath(ctx, engine, c.Name, rooted(o.Path))
	if err != nil && !notThere(err) {
		return "", "", err
	}
	to := archive.Destination{Path: target, Exists: err == nil, Folder: err == nil && stat.Mode.IsDir()}
	if it != nil {
		return archive.Place(*it, to)
	}
	if !to.Folder {
		return "", "", fmt.Errorf("destination %q must be a directory", c.Name+":"+o.Path)
	}
	return target, "", nil
}

// rooted makes a container's path absolute; its last "/" or "/." keeps its meaning.
func rooted(p string) string {
	if strings.HasPrefix(p, "/") {
		return p
	}
	return "/" + p
}

// beside is where a link leads that stands at a path.
func beside(at, link string) string {
	if path.IsAbs(link) {
		return link
	}
	return path.Join(path.Dir(path.Clean(at)), link)
}
