package docker

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/moby/moby/api/types/jsonstream"
)

// SaveImage streams an image as a tar archive, under the reference that it is
// asked for by. The caller closes it; its end before the whole is an error.
func (e *Engine) SaveImage(ctx context.Context, ref string) (io.ReadCloser, error) {
	var stream io.ReadCloser
	err := e.do(ctx, "save image "+ref, 0, func(ctx context.Context) (err error) {
		stream, err = e.api.ImageSave(ctx, []string{ref})
		return err
	})
	return stream, err
}

// LoadImage takes an image in from an archive. Where the archive fails half way
// the engine keeps nothing of it. ref is for messages.
func (e *Engine) LoadImage(ctx context.Context, ref string, archive io.Reader) error {
	return e.do(ctx, "load image "+ref, 0, func(ctx context.Context) error {
		answer, err := e.api.ImageLoad(ctx, archive)
		if err != nil {
			return err
		}
		defer answer.Close()
		return loaded(answer)
	})
}

// loaded reads the answer to its end: a failure comes in it, after the 200.
func loaded(answer io.Reader) error {
	messages := json.NewDecoder(answer)
	for {
		var m jsonstream.Message
		switch err := messages.Decode(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case m.Error != nil:
			return m.Error
		}
	}
}
