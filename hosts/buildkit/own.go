package buildkit

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/moby/buildkit/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// dialOwn is the way to a BuildKit of its own.
func (b *Builder) dialOwn(ctx context.Context, spec hosts.BuildSpec, progress func(hosts.BuildProgress)) (Dial, error) {
	if b.o.Own == nil {
		return nil, errors.New("no builders of their own are known here")
	}
	return b.o.Own(ctx, spec.Builder, spec.Platforms, func(text string) {
		if progress != nil {
			progress(hosts.BuildProgress{Step: "[internal] " + text, State: hosts.BuildRunning})
		}
	})
}

// buildAway has a BuildKit of its own build what the engine then loads.
func (b *Builder) buildAway(ctx context.Context, c *client.Client, spec hosts.BuildSpec, options client.SolveOpt, progress func(hosts.BuildProgress)) error {
	form, err := b.archiveForm(ctx, spec)
	if err != nil {
		return err
	}
	return b.deliver(ctx, spec, func(to io.WriteCloser) error {
		options.Exports = []client.ExportEntry{{
			Type: form, Attrs: map[string]string{"name": joined(spec.Tags)},
			Output: func(map[string]string) (io.WriteCloser, error) { return to, nil },
		}}
		_, err := solve(ctx, c, options, progress)
		return err
	})
}

// archiveForm is how an image travels: as all engines load it, or with several
// platforms and attestations. Where there are such, and the engine doesn't keep
// them, nothing is built.
func (b *Builder) archiveForm(ctx context.Context, spec hosts.BuildSpec) (string, error) {
	if len(spec.Platforms) < 2 && attestation(spec.Provenance) == "" && attestation(spec.SBOM) == "" {
		return client.ExporterDocker, nil
	}
	seen, err := b.engine.Observe(ctx)
	if err == nil && !seen.Store.Containerd {
		err = errors.New("a builder of its own gives an image of several platforms, or with attestations, to engines that keep images with containerd, and this one doesn't; leave platforms, provenance and sbom out, or build for another host")
	}
	return client.ExporterOCI, err
}

// deliver has the engine load what a build writes, as it is written. The error
// is that of whichever failed first.
func (b *Builder) deliver(ctx context.Context, spec hosts.BuildSpec, build func(to io.WriteCloser) error) error {
	archive, to := io.Pipe()
	loaded := make(chan error, 1)
	go func() {
		err := b.engine.LoadImage(ctx, spec.Tags[0], archive)
		loaded <- err
		_ = archive.CloseWithError(fmt.Errorf("the engine has ended the transfer: %w", io.ErrClosedPipe))
	}()
	failed := build(to)
	select {
	case err := <-loaded:
		if err != nil {
			return err
		}
		return failed
	default:
	}
	_ = to.CloseWithError(failed)
	if err := <-loaded; failed == nil {
		return err
	}
	return failed
}
