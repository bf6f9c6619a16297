package fake

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// SaveImage streams what the engine knows of an image.
func (e *Engine) SaveImage(ctx context.Context, ref string) (io.ReadCloser, error) {
	var archive bytes.Buffer
	err := e.call(ctx, "SaveImage", ref, func(s *state) error {
		image, err := s.image(ref)
		if err != nil {
			return err
		}
		image.Tags = []string{familiar(ref)}
		return json.NewEncoder(&archive).Encode(image)
	})
	return io.NopCloser(&archive), err
}

// LoadImage takes an image in that an engine of this kind has saved.
func (e *Engine) LoadImage(ctx context.Context, ref string, archive io.Reader) error {
	content, err := io.ReadAll(archive)
	if err != nil {
		return err
	}
	return e.call(ctx, "LoadImage", ref, func(s *state) error {
		var image hosts.Image
		if err := json.Unmarshal(content, &image); err != nil {
			return fmt.Errorf("the archive is broken: %w", err)
		}
		s.addImage(image)
		return nil
	})
}
