package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/archive"
	"github.com/clocker-compose/clocker-compose/compose/state"
)

// CopyFrom copies a path of a service's container, the one with the index or
// the lowest number, to this machine or as a tar stream to out. A container's
// archive isn't trusted: nothing of it gets out of the folder copied to.
func CopyFrom(ctx context.Context, env *Env, o CopyOptions, out io.Writer) error {
	containers, _, err := env.concerned(ctx, o)
	if err != nil {
		return err
	}
	c := containers[0]
	return env.copying(c, c.Name+":"+o.Path, o.Local, func() error {
		if o.Dry {
			return nil
		}
		return env.copyFrom(ctx, c, o, out)
	})
}

func (e *Env) copyFrom(ctx context.Context, c state.Container, o CopyOptions, out io.Writer) error {
	engine, err := e.engine(c.Host)
	if err != nil {
		return err
	}
	source := rooted(o.Path)
	if o.Follow {
		if source, _, err = resolvePath(ctx, engine, c.Name, source); err != nil {
			return err
		}
	}
	return patiently(ctx, func(ctx context.Context, p patience) error {
		content, stat, err := engine.ReadArchive(ctx, c.Name, source)
		if err != nil {
			return err
		}
		defer content.Close()
		stream := p.reading(content)
		if o.Local == "-" {
			_, err := io.Copy(out, stream)
			return err
		}
		it := archive.ItemAt(source, stat.Mode.IsDir())
		it.Name = archive.ItemAt(o.Path, false).Name // a followed link keeps its name
		folder, name, err := o.placeHere(it)
		if err != nil {
			return err
		}
		var left []string
		err = archive.Unpack(ctx, stream, stat.Name, folder, name, func(name string) { left = append(left, name) })
		if len(left) > 0 {
			e.warn([]string{fmt.Sprintf("left out of %s, because they aren't files, folders or links: %s", o.Local, few(left))})
		}
		return err
	})
}

// placeHere decides where on this machine it goes.
func (o CopyOptions) placeHere(it archive.Item) (folder, name string, err error) {
	local := o.Local
	if !filepath.IsAbs(local) {
		local = o.Folder + string(filepath.Separator) + local
	}
	info, err := os.Stat(filepath.Clean(local))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", "", err
	}
	to := archive.Destination{Path: filepath.ToSlash(local), Exists: err == nil, Folder: err == nil && info.IsDir()}
	if folder, name, err = archive.Place(it, to); err != nil {
		return "", "", err
	}
	folder = filepath.FromSlash(folder)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return "", "", fmt.Errorf("invalid output path: directory %q does not exist", filepath.Clean(folder))
	}
	return folder, name, nil
}

// few are the first names of a list that may be long.
func few(names []string) string {
	const shown = 5
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}
