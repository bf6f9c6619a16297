package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// CopyTo unpacks a tar stream into a folder of the container, which exists.
func (e *Engine) CopyTo(ctx context.Context, container, folder string, content io.Reader) error {
	return e.do(ctx, "copy to "+container+":"+folder, 0, func(ctx context.Context) error {
		return e.unpack(ctx, container, folder, content)
	})
}

// unpack keeps the archive's owners. What the API calls copyUIDGID would give
// all to the container's user, looked up in the host's passwd.
func (e *Engine) unpack(ctx context.Context, container, folder string, content io.Reader) error {
	_, err := e.api.CopyToContainer(ctx, container, client.CopyToContainerOptions{
		DestinationPath: folder, Content: content,
	})
	return err
}

func (e *Engine) copyFiles(ctx context.Context, id string, files []hosts.File) error {
	var archive bytes.Buffer
	if err := writeTar(&archive, files); err != nil {
		return err
	}
	return e.unpack(ctx, id, "/", &archive)
}

// writeTar names the files from the root; the engine makes their folders.
func writeTar(w io.Writer, files []hosts.File) error {
	t := tar.NewWriter(w)
	for _, f := range files {
		header := tar.Header{
			Typeflag: tar.TypeReg, Name: strings.TrimPrefix(f.Path, "/"), Size: int64(len(f.Content)),
			Mode: f.Mode, Uid: f.UID, Gid: f.GID, ModTime: time.Now(),
		}
		if err := t.WriteHeader(&header); err != nil {
			return err
		}
		if _, err := t.Write(f.Content); err != nil {
			return err
		}
	}
	return t.Close()
}
