package buildx

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// record is a builder as buildx keeps it, in a file of its name.
type record struct {
	Name, Driver string
	Nodes        []node
}

// node is one BuildKit of a builder.
type node struct {
	Name string
	// Endpoint is the address of a BuildKit, or a context or the address of the
	// engine that has it in a container.
	Endpoint  string
	Platforms []struct{ OS, Architecture, Variant string }
	// DriverOpts are what `buildx create --driver-opt` was given.
	DriverOpts map[string]string
	// Flags are buildkitd's, and Files its configuration, by path.
	Flags []string
	Files map[string][]byte
}

// records are what buildx keeps in a folder.
type records string

// named returns fs.ErrNotExist where there is no such builder.
func (r records) named(name string) (record, error) {
	path := filepath.Join(string(r), "instances", strings.ToLower(name))
	content, err := os.ReadFile(path)
	if err != nil {
		return record{}, err
	}
	var found record
	if err := json.Unmarshal(content, &found); err != nil {
		return record{}, fmt.Errorf("read builder %s in %s: %w", name, path, err)
	}
	return found, nil
}

// current is the builder that `docker buildx use` chose for an engine, by the
// name of its context or, of the default one, its address; "" is the engine's.
func (r records) current(engine string) (string, error) {
	var chosen struct {
		Key, Name string
		Global    bool
	}
	content, err := os.ReadFile(filepath.Join(string(r), "current"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", err
	default:
		if err := json.Unmarshal(content, &chosen); err != nil {
			return "", fmt.Errorf("read buildx's current builder: %w", err)
		}
	}
	if chosen.Name != "" && (chosen.Key == engine || chosen.Global && r.has(chosen.Name)) {
		return r.known(chosen.Name), nil
	}
	name, err := os.ReadFile(filepath.Join(string(r), "defaults", defaultsKey(engine)))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return r.known(string(name)), err
}

func (r records) has(name string) bool { return r.known(name) != "" }

// known is the name of a builder that is still there, "" of any other.
func (r records) known(name string) string {
	if _, err := r.named(name); name == "" || errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return name
}

// defaultsKey is the file name that buildx gives an engine's default builder.
func defaultsKey(engine string) string {
	sum := sha256.Sum256([]byte(engine))
	return hex.EncodeToString(sum[:])[:20]
}
