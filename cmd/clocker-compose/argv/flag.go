package argv

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
)

// flag is a declared flag.
type flag struct {
	// names are its long name and its other names, without dashes.
	names []string
	kind  kind
	// persistent flags belong to the root and stand after a command.
	persistent bool
}

type kind int

const (
	text kind = iota
	boolean
	integer
)

func (k kind) check(value string) error {
	var err error
	switch k {
	case boolean:
		_, err = strconv.ParseBool(value)
	case integer:
		_, err = strconv.ParseInt(value, 0, 64)
	}
	return err
}

// String is how an error calls the flag: "-t, --timeout".
func (f flag) String() string {
	for _, n := range f.names[1:] {
		if len(n) == 1 {
			return "-" + n + ", --" + f.names[0]
		}
	}
	return "--" + f.names[0]
}

// setting is a flag given a value.
type setting struct {
	flag  flag
	value string
}

func (s setting) word() string { return "--" + s.flag.names[0] + "=" + s.value }

type flags []flag

func flagsOf(declared []cli.Flag) flags {
	all := make(flags, len(declared))
	for i, d := range declared {
		all[i] = flag{names: d.Names(), kind: kindOf(d)}
	}
	return all
}

func kindOf(f cli.Flag) kind {
	switch f.(type) {
	case *cli.BoolFlag:
		return boolean
	case *cli.IntFlag:
		return integer
	}
	return text
}

// with adds the root's persistent flags where no flag has their name.
func (fs flags) with(root flags) flags {
	for _, f := range root {
		if _, shadowed := fs.find(f.names[0]); !shadowed {
			f.persistent = true
			fs = append(fs, f)
		}
	}
	return fs
}

func (fs flags) find(name string) (flag, bool) {
	i := slices.IndexFunc(fs, func(f flag) bool { return slices.Contains(f.names, name) })
	if i < 0 {
		return flag{}, false
	}
	return fs[i], true
}

// read takes one word of flags, and the next word where the last of them has
// its value there. It returns the words that are left.
func (fs flags) read(args []string) ([]setting, []string, error) {
	word, rest := args[0], args[1:]
	if long, ok := strings.CutPrefix(word, "--"); ok {
		return fs.readLong(word, long, rest)
	}
	return fs.readShort(word[1:], rest)
}

func (fs flags) readLong(word, long string, rest []string) ([]setting, []string, error) {
	if long[0] == '-' || long[0] == '=' {
		return nil, rest, fmt.Errorf("bad flag syntax: %s", word)
	}
	name, value, joined := strings.Cut(long, "=")
	f, ok := fs.find(name)
	if !ok || len(name) == 1 {
		return nil, rest, fmt.Errorf("unknown flag: --%s", name)
	}
	switch {
	case joined:
	case f.kind == boolean:
		value = "true"
	case len(rest) > 0:
		value, rest = rest[0], rest[1:]
	default:
		return nil, rest, fmt.Errorf("flag needs an argument: --%s", name)
	}
	s, err := set(f, value)
	return s, rest, err
}

// readShort reads joined short flags: "dt5" is -d -t 5.
func (fs flags) readShort(letters string, rest []string) (all []setting, _ []string, _ error) {
	for letters != "" {
		letter := letters[:1]
		f, ok := fs.find(letter)
		if !ok {
			return all, rest, fmt.Errorf("unknown shorthand flag: %q in -%s", letters[0], letters)
		}
		var value string
		switch {
		case len(letters) > 2 && letters[1] == '=':
			value, letters = letters[2:], ""
		case f.kind == boolean:
			value, letters = "true", letters[1:]
		case len(letters) > 1:
			value, letters = letters[1:], ""
		case len(rest) > 0:
			value, rest, letters = rest[0], rest[1:], ""
		default:
			return all, rest, fmt.Errorf("flag needs an argument: %q in -%s", letters[0], letters)
		}
		s, err := set(f, value)
		all = append(all, s...)
		if err != nil {
			return all, rest, err
		}
	}
	return all, rest, nil
}

// set checks the value here, because urfave/cli would word the error in its own way.
func set(f flag, value string) ([]setting, error) {
	if err := f.kind.check(value); err != nil {
		return nil, fmt.Errorf("invalid argument %q for %q flag: %w", value, f, err)
	}
	return []setting{{f, value}}, nil
}
