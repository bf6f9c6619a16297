package courier

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Name is the repository of the containers' image, and what their names begin with.
const Name = "clocker-courier"

// label is the containers' hosts.LabelFabric: they count as nobody's.
const label = "courier"

// binary is where the image has it.
const binary = "depot"

// imageOf is the reference of the image for a program, another for each.
func imageOf(program []byte) string {
	sum := sha256.Sum256(program)
	return Name + ":" + hex.EncodeToString(sum[:8])
}

// spec is the container. It has the host's network, because other hosts ask it
// for images, and the engine's socket; a read-only file of that is no less.
func spec(image, run string) hosts.ContainerSpec {
	return hosts.ContainerSpec{
		Name: Name + "-" + run,
		Config: &container.Config{
			Image: image, Entrypoint: []string{"/" + binary, "depot"}, User: "0:0",
			OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true,
			Labels: map[string]string{hosts.LabelFabric: label},
		},
		HostConfig: &container.HostConfig{
			NetworkMode: "host",
			AutoRemove:  true,
			CapDrop:     []string{"ALL"},
			SecurityOpt: []string{"no-new-privileges", "label=disable"},
			Mounts:      []mount.Mount{{Type: mount.TypeBind, Source: "/var/run/docker.sock", Target: "/run/docker.sock"}},
			LogConfig:   container.LogConfig{Type: "none"},
		},
	}
}

// provide makes the image where the host hasn't got it.
func provide(ctx context.Context, e Engine, image string, program []byte) error {
	_, err := e.InspectImage(ctx, image)
	if !errors.Is(err, hosts.ErrNotFound) {
		return err
	}
	files, err := layer(program)
	if err != nil {
		return err
	}
	return e.ImportImage(ctx, image, files)
}

// layer is the image's only one: a tar with the program, compressed for the way.
func layer(program []byte) (io.Reader, error) {
	var b bytes.Buffer
	packed := gzip.NewWriter(&b)
	t := tar.NewWriter(packed)
	err := t.WriteHeader(&tar.Header{Name: binary, Mode: 0o755, Size: int64(len(program))})
	if err == nil {
		_, err = t.Write(program)
	}
	if err == nil {
		err = t.Close()
	}
	if err == nil {
		err = packed.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("pack program: %w", err)
	}
	return &b, nil
}
