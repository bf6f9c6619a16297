// Command clocker-compose runs compose files over a pool of Docker hosts.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"
)

func main() {
	logrus.SetOutput(io.Discard) // libraries log there what is told better as an error
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	dir, _ := os.Getwd() // a project that needs it says that it is missing
	os.Exit(run(context.Background(), process{
		args:    os.Args,
		environ: os.Environ(),
		dir:     dir,
		in:      os.Stdin,
		out:     os.Stdout,
		err:     os.Stderr,
		signals: signals,
		watch:   watchSystem,
		exit:    os.Exit,
		now:     time.Now,
	}, engines()))
}
