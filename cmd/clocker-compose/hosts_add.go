package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// firstLocation is where hosts go as long as the config file has no location.
const firstLocation = "main"

type hostsAddOptions struct {
	host     hosts.Host
	location string
	force    bool
	check    bool
}

func newHostsAdd(s *session) *cli.Command {
	return &cli.Command{
		Name:      "add",
		Usage:     "Add a host to the config file, once it has answered",
		ArgsUsage: "[ENDPOINT]",
		Description: "ENDPOINT is ssh://[USER@]HOST[:PORT], tcp://HOST:PORT or unix://PATH. " +
			"In its place --context names a Docker context. A machine that has SSH and no Docker gets it: Debian, Ubuntu, " +
			"Fedora or Alpine, by root or a user who may become root by sudo without a password.",
		Flags: []cli.Flag{
			textFlag("address", "", "IP address or name at which the other hosts reach it (default: that of the endpoint)"),
			boolFlag("check", "", "Look at the machine, say what would be done, and change nothing"),
			textFlag("context", "", "Docker context to add"),
			boolFlag("force", "f", "Add the host even if it doesn't answer"),
			listFlag("label", "", "KEY=VALUE for constraints of placement"),
			textFlag("location", "", "Location to add it to (default: that of the config file)"),
			textFlag("name", "", "Name of the host (default: that of the machine)"),
			textFlag("tlscacert", "", "Trust certificates of the engine that are signed by this one"),
			textFlag("tlscert", "", "TLS certificate of the client"),
			textFlag("tlskey", "", "TLS key of the client"),
		},
		Action: func(c *cli.Context) error {
			o, err := parseHostsAdd(c, s.absolute)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parseHostsAdd(c *cli.Context, absolute func(string) string) (hostsAddOptions, error) {
	o := hostsAddOptions{location: c.String("location"), force: c.Bool("force"), check: c.Bool("check")}
	o.host = hosts.Host{
		Name:         c.String("name"),
		Address:      c.String("address"),
		Endpoint:     hosts.Endpoint{URL: c.Args().First(), Context: c.String("context")},
		Availability: hosts.Active,
	}
	if (c.Args().Len() == 1) == (o.host.Endpoint.Context != "") || c.Args().Len() > 1 {
		return o, errors.New("give one endpoint, such as ssh://root@10.0.0.11, or --context NAME")
	}
	tls := hosts.TLS{CA: c.String("tlscacert"), Cert: c.String("tlscert"), Key: c.String("tlskey")}
	if tls != (hosts.TLS{}) {
		for _, file := range []*string{&tls.CA, &tls.Cert, &tls.Key} {
			if *file != "" {
				*file = absolute(*file)
			}
		}
		o.host.Endpoint.TLS = &tls
	}
	var err error
	o.host.Labels, err = parseLabels(c.StringSlice("label"))
	return o, err
}

// parseLabels reads KEY=VALUE.
func parseLabels(words []string) (map[string]string, error) {
	labels := map[string]string{}
	for _, word := range words {
		key, value, found := strings.Cut(word, "=")
		if !found || key == "" {
			return nil, fmt.Errorf("invalid --label %q: write KEY=VALUE, such as disk=ssd", word)
		}
		labels[key] = value
	}
	return labels, nil
}

func (o hostsAddOptions) run(ctx context.Context, s *session) error {
	config, err := s.config()
	if err != nil {
		return err
	}
	location := o.target(config)
	if err := config.CheckHost(location, o.host); err != nil {
		return err
	}
	if o.check {
		return o.look(ctx, s, config.Locations[location])
	}
	if err := o.prepare(ctx, s, config.Locations[location]); err != nil {
		return err
	}
	if s.root.dryRun {
		fmt.Fprintf(s.out, "would add %s to location %s in %s\n", o.host.Endpoint, location, s.configFile())
		return nil
	}
	if _, err := config.AddHost(location, o.host); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "added %s to location %s\n", o.host.Endpoint, location)
	return nil
}

// target is the location that the host is added to.
func (o hostsAddOptions) target(c project.Config) string {
	only := ""
	if len(c.Locations) == 1 {
		for name := range c.Locations {
			only = name
		}
	}
	return cmp.Or(o.location, c.Default, only, firstLocation)
}
