package docker

import (
	"context"
	"iter"
	"strings"

	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// PullImage pulls an image with the user's login for its registry, and returns
// when the engine has it.
func (e *Engine) PullImage(ctx context.Context, ref string, o hosts.PullOptions) error {
	return e.do(ctx, "pull image "+ref, 0, func(ctx context.Context) error { return e.pull(ctx, ref, o) })
}

func (e *Engine) pull(ctx context.Context, ref string, o hosts.PullOptions) error {
	return e.withRegistry(ctx, ref, func(auth string) error {
		options := client.ImagePullOptions{RegistryAuth: auth}
		if p := ociPlatform(o.Platform); p != nil {
			options.Platforms = []ocispec.Platform{*p}
		}
		stream, err := e.api.ImagePull(ctx, ref, options)
		if err != nil {
			return err
		}
		defer stream.Close()
		return follow(ctx, stream, o.Progress)
	})
}

// messages is what an engine tells of a pull or a push on its way.
type messages interface {
	JSONMessages(ctx context.Context) iter.Seq2[jsonstream.Message, error]
}

// follow reads the stream to its end: a failure comes in it, after the 200.
func follow(ctx context.Context, stream messages, progress func(hosts.PullProgress)) error {
	for m, err := range stream.JSONMessages(ctx) {
		if err != nil {
			return err
		}
		if m.Error != nil {
			return pullError(m.Error)
		}
		if progress != nil && m.ID != "" {
			progress(layer(m))
		}
	}
	return nil
}

// pullError has no status, so what is not there is told by the registry's words.
func pullError(e *jsonstream.Error) error {
	for _, sign := range []string{"manifest unknown", "not found", "does not exist", "no matching manifest"} {
		if strings.Contains(e.Message, sign) {
			return &failure{kind: hosts.ErrNotFound, text: e.Message, cause: e}
		}
	}
	return e
}

func layer(m jsonstream.Message) hosts.PullProgress {
	p := hosts.PullProgress{Layer: m.ID, Status: m.Status}
	if m.Progress != nil {
		p.Current, p.Total = m.Progress.Current, m.Progress.Total
	}
	return p
}
