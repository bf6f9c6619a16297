package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// isInput tells whether a context is standard input: "-", which as a path is a
// folder of that name where there is one.
func isInput(address string) bool {
	if filepath.Base(address) != "-" {
		return false
	}
	_, err := os.Lstat(address)
	return errors.Is(err, os.ErrNotExist)
}

// readInput copies standard input until it or ctx ends.
func readInput(ctx context.Context, in io.Reader, to io.Writer) (int64, error) {
	if in == nil {
		return 0, errors.New("nothing is piped into standard input: pipe in an archive or a Dockerfile, or name a folder, a git repository or an address")
	}
	type outcome struct {
		size int64
		err  error
	}
	read := make(chan outcome, 1)
	go func() {
		size, err := io.Copy(to, io.LimitReader(in, mostFetched+1))
		read <- outcome{size, err}
	}()
	select {
	case o := <-read:
		if o.err == nil && o.size > mostFetched {
			o.err = fmt.Errorf("standard input holds more than %d bytes", int64(mostFetched))
		}
		return o.size, o.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
