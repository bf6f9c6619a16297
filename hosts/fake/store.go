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

// store keeps the state between calls.
type store interface {
	// update hands the state out for change, to one at a time.
	update(func(*state) error) error
}

// memory keeps the state in this process.
type memory struct{ state *state }

func (m *memory) update(f func(*state) error) error { return f(m.state) }

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
	return &Engine{host: h.Name, store: &file{path: filepath.Join(p.dir, h.Name+".json"), host: h}}
}

// file keeps the state in a file, locked while it is changed.
type file struct {
	path string
	host hosts.Host
}

func (f *file) update(change func(*state) error) error {
	unlock, err := lockedfile.MutexAt(f.path + ".lock").Lock()
	if err != nil {
		return fmt.Errorf("lock fake engine: %w", err)
	}
	defer unlock()
	s, err := f.read()
	if err != nil {
		return err
	}
	changed := change(s)
	return errors.Join(changed, f.write(s))
}

func (f *file) read() (*state, error) {
	b, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return newState(f.host), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read fake engine: %w", err)
	}
	s := &state{}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("read fake engine %s: %w", f.path, err)
	}
	return s, nil
}

func (f *file) write(s *state) error {
	b, err := json.MarshalIndent(s, "", " ")
	if err == nil {
		err = os.WriteFile(f.path, b, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write fake engine: %w", err)
	}
	return nil
}
