package courier

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Name is the repository of the containers' image, and what their names begin with.
const Name = "clocker-courier"

// binary is where the image has it.
const binary = "depot"

// program is a depot's, for one platform.
type program struct {
	content []byte
	// image is the reference of the image with it, another for each.
	image string
}

func newProgram(content []byte, err error) (program, error) {
	sum := sha256.Sum256(content)
	return program{content, Name + ":" + hex.EncodeToString(sum[:8])}, err
}

// spec is the container. It has the host's network, because other hosts ask it
// for images, and the engine's socket; a read-only file of that is no less. It
// may read whatever file the views show.
func spec(image, run string, views []mount.Mount) hosts.ContainerSpec {
	return hosts.ContainerSpec{
		Name: Name + "-" + run,
		Config: &container.Config{
			Image: image, Entrypoint: []string{"/" + binary, "depot"}, User: "0:0",
			OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true,
			Labels: map[string]string{hosts.LabelFabric: hosts.FabricCourier},
		},
		HostConfig: &container.HostConfig{
			NetworkMode: "host",
			AutoRemove:  true,
			CapDrop:     []string{"ALL"},
			CapAdd:      []string{"DAC_READ_SEARCH"},
			UsernsMode:  "host",
			SecurityOpt: []string{"no-new-privileges", "label=disable"},
			Mounts:      append([]mount.Mount{{Type: mount.TypeBind, Source: "/var/run/docker.sock", Target: "/run/docker.sock"}}, views...),
			LogConfig:   container.LogConfig{Type: "none"},
		},
	}
}

// provide makes the image where the host hasn't got it.
func provide(ctx context.Context, e Engine, seen hosts.Observation, p program) error {
	if slices.ContainsFunc(seen.Images, func(i hosts.Image) bool { return slices.Contains(i.Tags, p.image) }) {
		return nil
	}
	files, err := layer(p.content)
	if err != nil {
		return err
	}
	return e.ImportImage(ctx, p.image, files)
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
