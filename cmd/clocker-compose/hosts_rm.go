package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/courier"
	"github.com/clocker-compose/clocker-compose/weave"
)

type hostsRmOptions struct {
	names []string
	force bool
}

func newHostsRm(s *session) *cli.Command {
	return &cli.Command{
		Name:      "rm",
		Aliases:   []string{"remove"},
		Usage:     "Remove hosts from the config file, or delete those that were made",
		ArgsUsage: "HOST...",
		Description: "A host that is declared is left as it is, and can be added again. One that a provider made is deleted, " +
			"if it is empty; it is drained first, so that nothing is placed there meanwhile.",
		Flags: []cli.Flag{
			boolFlag("force", "f", "Remove a host that runs projects or doesn't answer; what it runs is left as it is, or deleted with its machine"),
		},
		Action: func(c *cli.Context) error {
			return hostsRmOptions{c.Args().Slice(), c.Bool("force")}.run(c.Context, s)
		},
	}
}

func (o hostsRmOptions) run(ctx context.Context, s *session) error {
	if len(o.names) == 0 {
		return errors.New("name the hosts to remove")
	}
	for _, name := range o.names {
		if err := o.remove(ctx, s, name); err != nil {
			return err
		}
	}
	return nil
}

func (o hostsRmOptions) remove(ctx context.Context, s *session, name string) error {
	config, err := s.config()
	if err != nil {
		return err
	}
	all := allHosts(config.Locations)
	i := slices.IndexFunc(all, func(h hosts.Host) bool { return h.Name == name })
	if i < 0 {
		if made, err := o.deleteMade(ctx, s, name); made {
			return err
		}
		return fmt.Errorf("no host %s in %s; `%s hosts ls` lists the hosts", name, s.configFile(), s.program)
	}
	snapshot, err := s.observe(ctx, all[i:i+1])
	if err != nil {
		return err
	}
	if err := o.vacant(snapshot); err != nil {
		return err
	}
	if s.root.dryRun {
		fmt.Fprintf(s.out, "would remove %s\n", name)
		return nil
	}
	if err := o.leave(ctx, s, snapshot.Observations[0], slices.Delete(slices.Clone(all), i, i+1)); err != nil {
		return err
	}
	return drop(s, config, name)
}

func drop(s *session, config project.Config, name string) error {
	if _, err := config.RemoveHost(name); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "removed %s\n", name)
	return nil
}

// vacant is an error where the host runs projects, or where nobody knows.
func (o hostsRmOptions) vacant(snapshot state.Snapshot) error {
	seen := snapshot.Observations[0]
	if o.force {
		return nil
	}
	if !seen.Host.Status.Ready {
		return fmt.Errorf("host %s: %s, so what it runs isn't known; remove it all the same with --force", seen.Host.Name, seen.Host.Status.Reason)
	}
	if projects := snapshot.Projects(); len(projects) > 0 {
		return fmt.Errorf("host %s holds containers, networks or volumes of %s; take them down first, or remove the host with --force and leave them there",
			seen.Host.Name, strings.Join(projects, ", "))
	}
	return nil
}

// leave takes the container network and the meter off the host, if they are there.
func (o hostsRmOptions) leave(ctx context.Context, s *session, seen hosts.Observation, others []hosts.Host) error {
	if !seen.Host.Status.Ready { // and --force was given
		s.warn(fmt.Sprintf("host %s doesn't answer: the container network stays on it", seen.Host.Name))
		return nil
	}
	if err := s.meters().Remove(ctx, seen.Host); err != nil {
		s.warn(err.Error())
	}
	if e, err := s.connections.connect(seen.Host); err == nil {
		courier.Leave(ctx, e)
	}
	if routerState(seen) == "-" && !slices.Contains(seen.Host.Drivers, hosts.FabricDriver) {
		return nil
	}
	f, err := s.wiring.fabric(fabricOptions{
		connect: s.connections.connect,
		keyFile: filepath.Join(filepath.Dir(s.configFile()), "key"),
	})
	if err != nil {
		return err
	}
	err = f.Leave(ctx, seen.Host, others)
	if err != nil && o.force {
		s.warn(err.Error())
		return nil
	}
	if err == nil {
		fmt.Fprintf(s.err, "the image of the router and the bridge docker_gwbridge stay on %s; docker image rm %s removes the former\n", seen.Host.Name, weave.DefaultImage)
	}
	return err
}
