package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// version is set by the linker: -X main.version=v1.2.3.
var version = "v0.0.0-dev"

type versionOptions struct {
	format string
	short  bool
}

func newVersion(s *session) *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "Show the version",
		Flags: []cli.Flag{
			textFlag("format", "f", `Format of the output: "pretty" or "json" (default "pretty")`),
			boolFlag("short", "", "Show the number of the version alone"),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return fmt.Errorf("version takes no arguments (found: %q)", c.Args().First())
			}
			return versionOptions{format: c.String("format"), short: c.Bool("short")}.run(s)
		},
	}
}

func (o versionOptions) run(s *session) error {
	switch {
	case o.short:
		fmt.Fprintln(s.out, strings.TrimPrefix(version, "v"))
	case o.format == "json":
		return json.NewEncoder(s.out).Encode(map[string]string{"version": version})
	default:
		fmt.Fprintln(s.out, "Clocker Compose version "+version)
	}
	return nil
}
