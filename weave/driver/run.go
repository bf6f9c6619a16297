package driver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/weave/driver/passage"
	"github.com/clocker-compose/clocker-compose/weave/driver/pin"
	"github.com/clocker-compose/clocker-compose/weave/driver/protocol"
	"github.com/clocker-compose/clocker-compose/weave/driver/store"
	"github.com/clocker-compose/clocker-compose/weave/driver/wire"
	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// Config is what a driver is told on its command line.
type Config struct {
	// Socket is where the engine expects the plugin.
	Socket string
	// State is the folder in which networks are remembered.
	State string
	// ResolvConf names the host's resolvers.
	ResolvConf string
	// RouterHTTP and RouterDNS are ADDRESS:PORT of the router on this host.
	RouterHTTP, RouterDNS string
	// MTU of the fabric's links, in bytes.
	MTU int
	Log *slog.Logger
}

// tending is how often the host is looked over.
const tending = time.Second

// Run serves the engine until the context ends.
func Run(ctx context.Context, c Config) error {
	known, err := store.Open(filepath.Join(c.State, "driver.json"))
	if err != nil {
		return err
	}
	if err := c.note(notes.Datapath, wire.Datapath()); err != nil {
		return err
	}
	links := wire.Wire{MTU: c.MTU}
	if err := links.EnsureBridge(); err != nil {
		return err
	}
	return errors.Join(work(ctx, c, known, links), vacate(c, known, links))
}

// note leaves a note for who reads the state folder.
func (c Config) note(name, text string) error {
	if err := os.WriteFile(filepath.Join(c.State, name), []byte(text), 0o644); err != nil {
		return fmt.Errorf("leave a note: %w", err)
	}
	return nil
}

// work serves the engine, and looks after the host meanwhile.
func work(ctx context.Context, c Config, known *store.Store, links wire.Wire) error {
	d, server, keeper := assemble(c, known, links)
	defer server.Close()
	if err := d.Restore(); err != nil {
		c.Log.Error("take up what was left", "error", err)
	}
	var tasks sync.WaitGroup
	defer tasks.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tasks.Go(func() { keeper.Run(ctx) })
	tasks.Go(func() {
		if err := serve(ctx, filepath.Join(c.State, notes.Control), Control(d)); err != nil {
			c.Log.Error("names can't be withheld", "error", err)
		}
	})
	tasks.Go(func() { d.Tend(ctx, tending, func() error { return surroundings(links) }) })
	return serve(ctx, c.Socket, protocol.Handler(d, c.Log))
}

// vacate leaves the host as it was, where no network is left to come back to.
// The router's links go only when the router is gone.
func vacate(c Config, known *store.Store, links wire.Wire) error {
	if len(known.Networks()) > 0 {
		return nil
	}
	router, err := net.DialTimeout("tcp", c.RouterHTTP, time.Second)
	if err == nil {
		err = router.Close()
		return errors.Join(err, links.Remove(false), pin.Remove(), passage.Remove(wire.Bridge, wire.RouterBridge))
	}
	return errors.Join(links.Remove(true), pin.Remove(), passage.Remove(wire.Bridge, wire.RouterBridge))
}

// surroundings are what the fabric needs of the host besides its networks.
func surroundings(links wire.Wire) error {
	_, err := links.EnsureUplink()
	return errors.Join(links.EnsureBridge(), err, passage.Ensure(wire.Bridge, wire.RouterBridge), legacy())
}

func legacy() error {
	old, err := passage.Legacy("/proc/net/ip_tables_names")
	if err == nil && old {
		err = fmt.Errorf("this host filters by iptables-legacy: if containers of different hosts don't reach each other, "+
			"run `iptables -I DOCKER-USER -i %[1]s -o %[1]s -j ACCEPT` there, and the same for %[2]s", wire.Bridge, wire.RouterBridge)
	}
	return err
}

// serve answers on a socket; one that a killed driver left is replaced.
func serve(ctx context.Context, socket string, handler http.Handler) error {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove old socket: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", socket)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", socket, err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", socket, err)
	}
	return nil
}
