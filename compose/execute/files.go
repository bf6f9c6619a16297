package execute

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// putFiles puts the content of configs and secrets into a container.
func putFiles(ctx context.Context, engine Engine, container string, files []hosts.File) error {
	if len(files) == 0 {
		return nil
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, f := range files {
		header := &tar.Header{Name: strings.TrimPrefix(f.Path, "/"), Mode: f.Mode, Uid: f.UID, Gid: f.GID, Size: int64(len(f.Content))}
		if err := w.WriteHeader(header); err != nil {
			return fmt.Errorf("pack %s: %w", f.Path, err)
		}
		if _, err := w.Write(f.Content); err != nil {
			return fmt.Errorf("pack %s: %w", f.Path, err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("pack files: %w", err)
	}
	return engine.CopyTo(ctx, container, "/", &archive)
}
