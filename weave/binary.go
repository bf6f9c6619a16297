package weave

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// embedded holds the driver for each platform, compressed; none in a clone
// that was not built by make.
//
//go:embed all:bin
var embedded embed.FS

// Tool returns the driver as a program for the platform. In a container that
// has a volume it is of use too: see weave/driver/files.
func Tool(p hosts.Platform) ([]byte, error) {
	raw, err := packed(embedded, p)
	if err != nil {
		return nil, err
	}
	return unpack(raw)
}

// packed returns the compressed driver for the platform.
func packed(binaries fs.FS, p hosts.Platform) ([]byte, error) {
	raw, err := fs.ReadFile(binaries, fmt.Sprintf("bin/clocker-driver-linux-%s.gz", p.Arch))
	if errors.Is(err, fs.ErrNotExist) || p.OS != "linux" {
		return nil, fmt.Errorf("this build carries no driver for %s: run make, which builds those for linux/amd64 and linux/arm64", p)
	}
	return raw, err
}

// digest tells drivers apart: 16 hexadecimal digits.
func digest(packed []byte) string {
	sum := sha256.Sum256(packed)
	return hex.EncodeToString(sum[:8])
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack driver: %w", err)
	}
	program, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack driver: %w", err)
	}
	return program, nil
}
