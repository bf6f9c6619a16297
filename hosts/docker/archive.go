package docker

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// StatPath tells what a container has at a path, which needn't run; a symbolic
// link is itself. Nothing there is hosts.ErrNotFound.
func (e *Engine) StatPath(ctx context.Context, container, path string) (stat hosts.PathStat, err error) {
	err = e.short(ctx, "stat "+container+":"+path, func(ctx context.Context) error {
		answer, err := e.api.ContainerStatPath(ctx, container, client.ContainerStatPathOptions{Path: path})
		stat = pathStat(answer.Stat)
		return err
	})
	return stat, err
}

// ReadArchive streams a path of a container as tar, whose entries begin with
// the path's last element. The caller closes it, or ends ctx.
func (e *Engine) ReadArchive(ctx context.Context, container, path string) (content io.ReadCloser, stat hosts.PathStat, err error) {
	err = e.do(ctx, "copy from "+container+":"+path, 0, func(ctx context.Context) error {
		answer, err := e.api.CopyFromContainer(ctx, container, client.CopyFromContainerOptions{SourcePath: path})
		stat = pathStat(answer.Stat)
		content = answer.Content
		return err
	})
	if err != nil {
		return nil, stat, err
	}
	return &explained{content, e, "copy from " + container + ":" + path, time.Now()}, stat, nil
}

// WriteArchive unpacks a tar stream into a folder of a container, which exists.
func (e *Engine) WriteArchive(ctx context.Context, container, folder string, o hosts.ArchiveOptions, content io.Reader) error {
	return e.do(ctx, "copy to "+container+":"+folder, 0, func(ctx context.Context) error {
		_, err := e.api.CopyToContainer(ctx, container, client.CopyToContainerOptions{
			DestinationPath: folder, Content: content, CopyUIDGID: o.Owners,
		})
		return err
	})
}

// ExportContainer streams a container's whole file system as tar. The caller
// closes it, or ends ctx.
func (e *Engine) ExportContainer(ctx context.Context, container string) (content io.ReadCloser, err error) {
	err = e.do(ctx, "export "+container, 0, func(ctx context.Context) error {
		content, err = e.api.ContainerExport(ctx, container, client.ContainerExportOptions{})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &explained{content, e, "export " + container, time.Now()}, nil
}

// explained is a stream whose failures say on which host they were.
type explained struct {
	io.ReadCloser
	engine *Engine
	op     string
	began  time.Time
}

func (x *explained) Read(p []byte) (int, error) {
	n, err := x.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = x.engine.explain(x.op, time.Since(x.began), err)
	}
	return n, err
}

func pathStat(s container.PathStat) hosts.PathStat {
	return hosts.PathStat{Name: s.Name, Size: s.Size, Mode: s.Mode, Modified: s.Mtime, Link: s.LinkTarget}
}
