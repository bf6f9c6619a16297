package docker

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"
)

// ImportImage makes an image of one layer for the engine's own platform, whose
// files are those of a tar.
func (e *Engine) ImportImage(ctx context.Context, ref string, files io.Reader) error {
	return e.do(ctx, "import image "+ref, 0, func(ctx context.Context) error {
		source := client.ImageImportSource{Source: files, SourceName: "-"}
		stream, err := e.api.ImageImport(ctx, source, ref, client.ImageImportOptions{})
		if err != nil {
			return err
		}
		defer stream.Close()
		return imported(stream)
	})
}

// imported reads the stream to its end: a failure comes in it, after the 200.
func imported(stream io.Reader) error {
	for messages := json.NewDecoder(stream); ; {
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
