package fake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// store keeps a state between calls: an engine's, or a cloud's.
type store[S any] interface {
	// update hands the state out for change, to one at a time.
	update(func(*S) error) error
}

// memory keeps the state in this process.
type memory[S any] struct{ state *S }

func (m *memory[S]) update(f func(*S) error) error { return f(m.state) }

// Pool is a folder of engines that outlive the process: HOST.json each, which
// several processes may use at once.
type Pool struct{ dir string }

// Open returns the pool in the folder, which is made where it does not exist.
func Open(dir string) (*Pool, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open fake pool: %w", err)
	}
	return &Pool{dir}, nil
}

// Engine returns the engine of a host, a new one where the pool has none.
func (p *Pool) Engine(h hosts.Host) *Engine {
	return &Engine{host: h.Name, store: &file[state]{
		path:  filepath.Join(p.dir, h.Name+".json"),
		fresh: func() *state { return newState(h) },
	}}
}

// file keeps the state in a file, locked while it is changed.
type file[S any] struct {
	path string
	// fresh is the state of one that has no file yet.
	fresh func() *S
}

func (f *file[S]) update(change func(*S) error) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return fmt.Errorf("make folder of fake: %w", err)
	}
	unlock, err := lockedfile.MutexAt(f.path + ".lock").Lock()
	if err != nil {
		return fmt.Errorf("lock fake: %w", err)
	}
	defer unlock()
	s, err := f.read()
	if err != nil {
		return err
	}
	changed := change(s)
	return errors.Join(changed, f.write(s))
}

func (f *file[S]) read() (*S, error) {
	b, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f.fresh(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read fake: %w", err)
	}
	s := new(S)
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("read fake %s: %w", f.path, err)
	}
	return s, nil
}

// write puts the new state in the place of the old one at once: whoever writes
// may be killed.
func (f *file[S]) write(s *S) error {
	b, err := json.MarshalIndent(s, "", " ")
	if err == nil {
		err = os.WriteFile(f.path+".new", b, 0o644)
	}
	if err == nil {
		err = os.Rename(f.path+".new", f.path)
	}
	if err != nil {
		return fmt.Errorf("write fake: %w", err)
	}
	return nil
}
