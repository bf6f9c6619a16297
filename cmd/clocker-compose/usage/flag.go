package usage

import (
	"github.com/urfave/cli/v2"
)

// flag is a declared flag as users see it.
type flag struct {
	long, short, kind, usage string
}

// visible are the flags that are shown, in the order of their declaration.
func visible(flags []cli.Flag) []flag {
	var shown []flag
	for _, f := range flags {
		described, ok := f.(cli.DocGenerationFlag)
		if v, hides := f.(cli.VisibleFlag); !ok || hides && !v.IsVisible() {
			continue
		}
		names := f.Names()
		shown = append(shown, flag{long: names[0], short: shortOf(names), kind: kindOf(f), usage: described.GetUsage()})
	}
	return shown
}

func shortOf(names []string) string {
	for _, n := range names[1:] {
		if len(n) == 1 {
			return n
		}
	}
	return ""
}

func kindOf(f cli.Flag) string {
	switch f.(type) {
	case *cli.BoolFlag:
		return ""
	case *cli.IntFlag:
		return "int"
	case *cli.StringSliceFlag:
		return "stringArray"
	}
	return "string"
}

// label is "-f, --file stringArray", with room where there is no short name.
func (f flag) label() string {
	s := "    --" + f.long
	if f.short != "" {
		s = "-" + f.short + ", --" + f.long
	}
	if f.kind != "" {
		s += " " + f.kind
	}
	return s
}
