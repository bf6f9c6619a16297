package container

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Target is where a replica will run, as the plan decided. Its zero value is a
// single host whose containers are all new.
type Target struct {
	// Host is the host it goes to.
	Host hosts.Host
	// Fabric are the networks that the fabric carries on this host, by their key
	// in the compose file; empty on a single host.
	Fabric map[string]FabricNetwork
	// Containers are IDs or names of containers on the same host, by service: the
	// one whose namespace or volumes are shared (network_mode, ipc and pid:
	// service:x; volumes_from).
	Containers map[string]string
	// Linked are the names of all containers of a service that `links` reaches;
	// a service that is missing has the replicas that the project asks for.
	Linked map[string][]string
	// Replaced are the mounts, by destination, of the container that it replaces,
	// of which volumes without a name inherit theirs.
	Replaced map[string]hosts.Mount
	// Shipped are the project's paths that the host was given, by their path on
	// this machine.
	Shipped map[string]Shipped
	// Oneoff makes it a container of `run` instead of a replica.
	Oneoff *Oneoff
	// Labels are our own, io.clocker.*; empty on a single host.
	Labels map[string]string
	// Environment is what the user's Docker configuration gives to every
	// container (its proxies). The service's own environment wins.
	Environment map[string]string
	// Credentials is a config.json with the user's registry logins, which
	// use_api_socket puts into the container. Without it the socket comes alone.
	Credentials []byte
	// Read reads a file of this machine; nil reads the file system.
	Read func(path string) (content []byte, mode fs.FileMode, err error)
}

// FabricNetwork is a network of the fabric on one host.
type FabricNetwork struct {
	// Gateway is the network's address on the host, where its DNS server answers.
	Gateway netip.Addr
}

// several tells whether the pool has more hosts than this one.
func (t Target) several() bool { return len(t.Labels) > 0 || len(t.Fabric) > 0 }

// remote tells whether the host may lack the files of this machine.
func (t Target) remote() bool { return t.several() && !local(t.Host.Endpoint) }

func local(e hosts.Endpoint) bool {
	if e.Context != "" {
		return false
	}
	return e.URL == "" || strings.HasPrefix(e.URL, "unix://") || strings.HasPrefix(e.URL, "npipe://")
}

func (t Target) read(path string) ([]byte, fs.FileMode, error) {
	if t.Read != nil {
		return t.Read(path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if info.IsDir() {
		return nil, info.Mode(), &fs.PathError{Op: "read", Path: path, Err: errDirectory}
	}
	content, err := os.ReadFile(path)
	return content, info.Mode(), err
}

// cause is why a file can't be read, without the path that the caller names.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

var errDirectory = errors.New("is a directory")

// inside tells whether path is dir or below it.
func inside(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
