package project

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/go-units"
)

// maxFile is the size, in bytes, beyond which a file is taken for something
// else than a compose file: a disk image or a log would cost minutes to parse.
const maxFile = 8 << 20

// stdin is how a user names standard input.
const stdin = "-"

// composeFiles are the files to load, absolute and in order, of which "-" is stdin.
// Warnings say which were passed over.
func composeFiles(o Options, env types.Mapping) (files, warnings []string, err error) {
	if len(o.Files) > 0 {
		return absolute(o.WorkingDir, o.Files), nil, nil
	}
	if list, ok := env[consts.ComposeFilePath]; ok {
		files, err = filesOfEnvironment(o, list, env[consts.ComposePathSeparator])
		return files, nil, err
	}
	dir := o.WorkingDir
	if o.Directory != "" {
		dir = absolute(o.WorkingDir, []string{o.Directory})[0]
	}
	return discover(dir)
}

func filesOfEnvironment(o Options, list, separator string) ([]string, error) {
	if separator == "" {
		separator = string(os.PathListSeparator)
	}
	files := absolute(o.WorkingDir, strings.Split(list, separator))
	for _, f := range files {
		if err := isFile(f); err != nil {
			return nil, fmt.Errorf("compose file %q set by COMPOSE_FILE: %w", f, err)
		}
	}
	return files, nil
}

func isFile(path string) error {
	if remote(path) || path == stdin {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return reason(err)
	}
	if info.IsDir() {
		return errors.New("is a directory")
	}
	return nil
}

// discover goes up from dir to the first directory with a compose file, and
// takes the override file beside it.
func discover(dir string) (files, warnings []string, err error) {
	for {
		if found := existing(dir, cli.DefaultFileNames); len(found) > 0 {
			overrides := existing(dir, cli.DefaultOverrideFileNames)
			files = append(files, found[0])
			files = append(files, overrides[:min(1, len(overrides))]...)
			return files, append(passedOver("config", found), passedOver("override", overrides)...), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, nil, errors.New("no configuration file provided: not found: no compose.yaml here or in a directory above; name one with -f")
		}
		dir = parent
	}
}

// existing are the files of a directory that have one of the names, in order of names.
func existing(dir string, names []string) []string {
	var found []string
	for _, name := range names {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			found = append(found, path)
		}
	}
	return found
}

// passedOver warns where several files of a kind were found.
func passedOver(kind string, found []string) []string {
	if len(found) < 2 {
		return nil
	}
	return []string{fmt.Sprintf("Found multiple %s files with supported names: %s", kind, strings.Join(found, ", ")), "Using " + found[0]}
}

// readFile reads a compose file of bounded size.
func readFile(path string, in io.Reader) ([]byte, error) {
	if path == stdin {
		if in == nil {
			return nil, errors.New("compose file -: there is no standard input")
		}
		return readBounded("compose", "standard input", in)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read compose file %s: %w", path, reason(err))
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("read compose file %s: is a directory", path)
	}
	return readBounded("compose", path, f)
}

// readBounded reads what is to be a file of a kind: compose or config.
func readBounded(kind, name string, in io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s file %s: %w", kind, name, reason(err))
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s isn't a %s file: it is larger than %s", name, kind, units.BytesSize(maxFile))
	}
	return content, nil
}

// reason is the cause of a failed file operation without its path, which the
// caller says in words.
func reason(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// absolute resolves paths against dir; stdin and remote resources stay.
func absolute(dir string, paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		if p != stdin && !remote(p) && !filepath.IsAbs(p) {
			p = filepath.Join(dir, p)
		}
		out[i] = p
	}
	return out
}
