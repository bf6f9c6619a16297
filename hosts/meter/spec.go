package meter

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/moby/moby/api/types/container"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// label is the container's hosts.LabelFabric: it is part of the host, and
// counts as no container of anybody's.
const label = "meter"

// binary is where the image has it.
const binary = "meter"

// imageOf is the reference of the image for a program, another for each.
func imageOf(program []byte) string {
	sum := sha256.Sum256(program)
	return Name + ":" + hex.EncodeToString(sum[:8])
}

// spec is the container: it may read what any container may, and nothing else.
func spec(image string) hosts.ContainerSpec {
	return hosts.ContainerSpec{
		Name: Name,
		Config: &container.Config{
			Image: image, Entrypoint: []string{"/" + binary, "measure"}, User: "65534:65534",
			Labels: map[string]string{hosts.LabelFabric: label},
		},
		HostConfig: &container.HostConfig{
			NetworkMode:    "none",
			ReadonlyRootfs: true,
			CapDrop:        []string{"ALL"},
			SecurityOpt:    []string{"no-new-privileges"},
			RestartPolicy:  container.RestartPolicy{Name: container.RestartPolicyAlways},
			LogConfig:      container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "64k", "max-file": "1"}},
		},
	}
}

// layer is the image's only one: a tar with the program.
func layer(content []byte) (io.Reader, error) {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	err := t.WriteHeader(&tar.Header{Name: binary, Mode: 0o755, Size: int64(len(content))})
	if err == nil {
		_, err = t.Write(content)
	}
	if err == nil {
		err = t.Close()
	}
	return &b, err
}
