package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

type portOptions struct {
	compose.PortOptions
	service string
	index   int
}

func newPort(s *session) *cli.Command {
	return &cli.Command{
		Name:      "port",
		Usage:     "Show where ports of a container answer",
		ArgsUsage: "SERVICE [PRIVATE_PORT]",
		Flags: []cli.Flag{
			intFlag("index", "", "Show the ports of the replica of this number"),
			textFlag("protocol", "", `Protocol of the port: "tcp" or "udp" (default "tcp")`),
		},
		Action: func(c *cli.Context) error {
			o, err := parsePort(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parsePort(c *cli.Context) (portOptions, error) {
	o := portOptions{service: c.Args().First(), index: c.Int("index")}
	o.Protocol = strings.ToLower(c.String("protocol"))
	switch c.NArg() {
	case 1:
		return o, nil
	case 2:
	default:
		return o, fmt.Errorf("accepts between 1 and 2 arg(s), received %d", c.NArg())
	}
	port, err := strconv.ParseUint(c.Args().Get(1), 10, 16)
	if err != nil {
		return o, fmt.Errorf("invalid port %q: write a number from 0 to 65535", c.Args().Get(1))
	}
	o.Port = uint16(port)
	if !c.IsSet("protocol") {
		o.Protocol = "tcp"
	}
	return o, nil
}

func (o portOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	row, err := compose.Port(ctx, t.env, compose.Replica{Project: t.name, Service: o.service, Index: o.index}, o.PortOptions)
	if err != nil {
		return err
	}
	var own address
	if len(t.env.Pool) > 1 {
		own = address(row.Address)
	}
	if o.Port != 0 {
		fmt.Fprintln(s.out, terminal.Clean(own.join(row.Ports[0])))
		return nil
	}
	return printWords(s.out, portLines(row, own), func(line string) string { return line })
}

// portLines are "80/tcp -> 10.0.0.1:32768".
func portLines(row compose.PortRow, own address) []string {
	var lines []string
	for _, p := range row.Ports {
		lines = append(lines, fmt.Sprintf("%d/%s -> %s", p.ContainerPort, p.Protocol, own.join(p)))
	}
	return lines
}
