package weave

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"

	"github.com/moby/moby/api/types/plugin"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// program is the driver's path in its plugin.
const program = "/clocker-driver"

// describe is the plugin's description: what it is, and which build of it.
func describe(driver string) string {
	return "Network driver of clocker-compose, build " + driver
}

// pluginConfig gives the driver the host's network and the right to change
// it, the folder where it remembers networks, and nothing else.
func (f *Fabric) pluginConfig(state, driver string) plugin.Config {
	from, description := state, "what the driver knows of this host's networks"
	return plugin.Config{
		Description: describe(driver),
		Entrypoint:  []string{program, "--mtu", strconv.Itoa(f.o.MTU)},
		WorkDir:     "/",
		Interface: plugin.Interface{
			Socket: "clocker.sock",
			Types:  []plugin.CapabilityID{{Prefix: "docker", Capability: "networkdriver", Version: "1.0"}},
		},
		Network: plugin.NetworkConfig{Type: "host"},
		Linux:   plugin.LinuxConfig{Capabilities: []string{"CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE"}},
		Mounts: []plugin.Mount{{
			Name: "state", Description: description, Source: &from, Destination: "/state",
			Type: "bind", Options: []string{"rbind"},
		}},
	}
}

// archive is the plugin as engines take it: config.json and a root file system
// of one program.
func archive(config plugin.Config, driver []byte) (io.Reader, error) {
	settings, err := json.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("encode plugin: %w", err)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err = errors.Join(
		file(w, "config.json", settings, 0o644),
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "rootfs/", Mode: 0o755}),
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "rootfs/state/", Mode: 0o755}),
		file(w, path.Join("rootfs", program), driver, 0o755),
		w.Close(),
	)
	if err != nil {
		return nil, fmt.Errorf("pack plugin: %w", err)
	}
	return &b, nil
}

func file(w *tar.Writer, name string, content []byte, mode int64) error {
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: mode}); err != nil {
		return err
	}
	_, err := w.Write(content)
	return err
}

// currentPlugin tells whether the driver that should be there is, and whether
// it is enabled.
func currentPlugin(ctx context.Context, e Plugins, driver string) (installed, enabled bool, err error) {
	p, err := e.Plugin(ctx, hosts.FabricDriver)
	if errors.Is(err, hosts.ErrNotFound) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	return p.Description == describe(driver), p.Enabled, nil
}

// removePlugin takes the driver away, whatever its state. Containers keep
// their interfaces.
func removePlugin(ctx context.Context, e Plugins) error {
	p, err := e.Plugin(ctx, hosts.FabricDriver)
	if errors.Is(err, hosts.ErrNotFound) {
		return nil
	}
	if err == nil && p.Enabled {
		err = e.DisablePlugin(ctx, hosts.FabricDriver, true)
	}
	if err == nil {
		err = e.RemovePlugin(ctx, hosts.FabricDriver, true)
	}
	if errors.Is(err, hosts.ErrNotFound) {
		return nil
	}
	return err
}
