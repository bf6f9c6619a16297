package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"
)

// The constructors below declare flags in one line: name, short name or "", usage.

func boolFlag(name, short, usage string) cli.Flag {
	return &cli.BoolFlag{Name: name, Aliases: aliases(short), Usage: usage}
}

func textFlag(name, short, usage string) cli.Flag {
	return &cli.StringFlag{Name: name, Aliases: aliases(short), Usage: usage}
}

func intFlag(name, short, usage string) cli.Flag {
	return &cli.IntFlag{Name: name, Aliases: aliases(short), Usage: usage}
}

// listFlag may be given several times; a value keeps its commas and spaces.
func listFlag(name, short, usage string) cli.Flag {
	return &cli.StringSliceFlag{Name: name, Aliases: aliases(short), Usage: usage, KeepSpace: true}
}

// hidden flags work and are not shown.
func hidden(f cli.Flag) cli.Flag {
	switch f := f.(type) {
	case *cli.BoolFlag:
		f.Hidden = true
	case *cli.StringFlag:
		f.Hidden = true
	case *cli.StringSliceFlag:
		f.Hidden = true
	}
	return f
}

func aliases(short string) []string {
	if short == "" {
		return nil
	}
	return []string{short}
}

// incompatible is an error where more than one of the flags is given.
func incompatible(c *cli.Context, names ...string) error {
	given := ""
	for _, name := range names {
		switch {
		case !c.IsSet(name) || c.Value(name) == false:
		case given != "":
			return fmt.Errorf("--%s and --%s are incompatible", given, name)
		default:
			given = name
		}
	}
	return nil
}

// oneOf is an error for a value that isn't among those allowed; "" always is.
func oneOf(c *cli.Context, name string, allowed ...string) error {
	value := c.String(name)
	if value == "" {
		return nil
	}
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return fmt.Errorf("invalid value for --%s: %q", name, value)
}

// seconds is an integer flag as a duration; nil where it isn't given.
func seconds(c *cli.Context, name string) *time.Duration {
	if !c.IsSet(name) {
		return nil
	}
	d := time.Duration(c.Int(name)) * time.Second
	return &d
}

// given is a flag's value, nil where it isn't given.
func given(c *cli.Context, name string) *bool {
	if !c.IsSet(name) {
		return nil
	}
	value := c.Bool(name)
	return &value
}
