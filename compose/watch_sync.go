package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

const (
	// removedAtOnce bounds the arguments of one command in a container.
	removedAtOnce = 500
	// syncIdle is how long a transfer may stand still.
	syncIdle = time.Minute
)

// syncFiles makes files of a container what they are here: those that are gone
// are removed, where it runs, and others copied. Its engine gets them as one
// archive, read from the disk as it is sent.
func (e *Env) syncFiles(ctx context.Context, c state.Container, files []fileMapping) error {
	engine, err := e.engineOf(c.Host)
	if err != nil {
		return err
	}
	var removed []string
	var sent []fileMapping
	for _, f := range files {
		switch _, err := os.Lstat(f.from); {
		case err == nil:
			sent = append(sent, f)
		case errors.Is(err, fs.ErrNotExist):
			removed = append(removed, f.to)
		default:
			return err
		}
	}
	if err := removeIn(ctx, engine, c, removed); err != nil {
		return fmt.Errorf("remove files in %s: %w", c.Name, err)
	}
	if err := copyInto(ctx, engine, c, sent); err != nil {
		return fmt.Errorf("copy files to %s: %w", c.Name, err)
	}
	return nil
}

// removeIn removes paths in a container that runs. In another nothing can.
func removeIn(ctx context.Context, engine Engine, c state.Container, paths []string) error {
	if c.State != hosts.Running {
		return nil
	}
	for some := range slices.Chunk(paths, removedAtOnce) {
		result, err := engine.Exec(ctx, c.ID, append([]string{"rm", "-rf", "--"}, some...))
		if err != nil {
			return err
		}
		if result.ExitCode != 0 {
			return fmt.Errorf("rm exited with code %d: %s", result.ExitCode, strings.TrimSpace(string(result.Stderr)+string(result.Stdout)))
		}
	}
	return nil
}

// notAFolder is what engines say where the archive has a folder for what is a
// link in the container.
const notAFolder = "cannot overwrite non-directory"

// copyInto copies files, and folders without what is in them. Folders that
// files need exist or are made by the engine: they may be left out.
func copyInto(ctx context.Context, engine Engine, c state.Container, files []fileMapping) error {
	if len(files) == 0 {
		return nil
	}
	err := sendFiles(ctx, engine, c, files, true)
	if err != nil && strings.Contains(err.Error(), notAFolder) {
		return sendFiles(ctx, engine, c, files, false)
	}
	return err
}

// sendFiles sends an archive of files as it is made. It ends when the engine takes
// nothing for a while.
func sendFiles(ctx context.Context, engine Engine, c state.Container, files []fileMapping, folders bool) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	idle := time.AfterFunc(syncIdle, func() { stop(fmt.Errorf("%w: nothing was taken for %s", hosts.ErrUnreachable, syncIdle)) })
	defer idle.Stop()
	reader, writer := io.Pipe()
	packed := make(chan error, 1)
	go func() {
		err := packFiles(moving{writer, func() { idle.Reset(syncIdle) }}, files, folders)
		writer.CloseWithError(err) // nil is the end
		packed <- err
	}()
	err := engine.CopyTo(ctx, c.ID, "/", reader)
	reader.Close()
	local := <-packed
	switch {
	case context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case local != nil && !errors.Is(local, io.ErrClosedPipe): // of which the engine's error tells
		return local
	}
	return err
}

// moving tells each time that something was taken.
type moving struct {
	io.Writer
	moved func()
}

func (m moving) Write(p []byte) (int, error) {
	n, err := m.Writer.Write(p)
	m.moved()
	return n, err
}
