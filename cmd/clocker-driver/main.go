// Command clocker-driver is the network driver that runs on every host of a
// pool of several, as a managed plugin of its engine.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts/courier/depot"
	"github.com/clocker-compose/clocker-compose/hosts/meter/gauge"
	"github.com/clocker-compose/clocker-compose/weave/driver"
	"github.com/clocker-compose/clocker-compose/weave/driver/files"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := start(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		os.Exit(1)
	}
}

// depotPatience is four times what a depot's user lets pass between two signs of life.
const depotPatience = time.Minute

// start does one of the errands that this program has beside driving, where the
// arguments name one, and else drives.
func start(ctx context.Context, arguments []string, stdin io.Reader, stdout, stderr io.Writer) error {
	var err error
	switch {
	case len(arguments) == 2 && arguments[0] == "files": // in a container that has a volume
		err = files.Run(arguments[1])
	case len(arguments) == 1 && arguments[0] == "measure": // in a meter's container
		err = gauge.Run(ctx, os.DirFS("/proc"), disk, stdout)
	case len(arguments) == 3 && arguments[0] == "depot" && arguments[1] == "reach": // beside a courier
		err = depot.Reach(ctx, arguments[2], stdin, stdout)
	case len(arguments) == 2 && arguments[0] == "depot" && arguments[1] == "await":
		err = depot.Await(ctx, stdin, stdout)
	case len(arguments) == 1 && arguments[0] == "depot": // in a courier's container
		err = depot.Run(ctx, depot.Config{Socket: "/run/docker.sock", Folder: "/spool", Store: "/store", Patience: depotPatience}, stdin, stdout)
	default:
		return run(ctx, arguments, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
	}
	return err
}

// run drives until the context ends. Standard error goes to the engine's log.
func run(ctx context.Context, arguments []string, stderr io.Writer) error {
	// Small and steady beats fast here: every host pays for it.
	debug.SetGCPercent(25)
	config := driver.Config{Log: slog.New(slog.NewTextHandler(stderr, nil))}
	flags := flag.NewFlagSet("clocker-driver", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&config.Socket, "socket", "/run/docker/plugins/clocker.sock", "where the engine expects the plugin")
	flags.StringVar(&config.State, "state", "/state", "folder in which networks are remembered")
	flags.StringVar(&config.ResolvConf, "resolv-conf", "/etc/resolv.conf", "file that names the host's resolvers")
	flags.StringVar(&config.RouterHTTP, "router-http", "127.0.0.1:6784", "the router's control address")
	flags.StringVar(&config.RouterDNS, "router-dns", "127.0.0.1:6753", "the router's DNS address")
	flags.IntVar(&config.MTU, "mtu", 1410, "bytes of a packet on the fabric")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	err := driver.Run(ctx, config)
	if err != nil {
		config.Log.Error("stopped", "error", err)
	}
	return err
}
