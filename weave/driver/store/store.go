package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Store is safe for concurrent use. Every change is on disk when its method
// returns; one that could not be written is not made.
type Store struct {
	path  string
	mu    sync.RWMutex
	state state
}

type state struct {
	Networks  map[string]Network  `json:"networks"`
	Endpoints map[string]Endpoint `json:"endpoints"`
}

// Open reads the file at path; one that does not exist is an empty store.
func Open(path string) (*Store, error) {
	s := &Store{path: path}
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read networks: %w", err)
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &s.state); err != nil {
			return nil, fmt.Errorf("read networks from %s: %w", path, err)
		}
	}
	s.state = s.state.clone()
	return s, nil
}

func (s state) clone() state {
	c := state{Networks: map[string]Network{}, Endpoints: map[string]Endpoint{}}
	maps.Copy(c.Networks, s.Networks)
	maps.Copy(c.Endpoints, s.Endpoints)
	return c
}

// Networks are sorted by ID.
func (s *Store) Networks() []Network {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.SortedFunc(maps.Values(s.state.Networks), func(a, b Network) int { return strings.Compare(a.ID, b.ID) })
}

// Endpoints are sorted by ID.
func (s *Store) Endpoints() []Endpoint {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.SortedFunc(maps.Values(s.state.Endpoints), func(a, b Endpoint) int { return strings.Compare(a.ID, b.ID) })
}

// Network returns the network, and whether it is known.
func (s *Store) Network(id string) (Network, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n, ok := s.state.Networks[id]
	return n, ok
}

// Endpoint returns the endpoint, and whether it is known.
func (s *Store) Endpoint(id string) (Endpoint, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.state.Endpoints[id]
	return e, ok
}

// PutNetwork adds or replaces a network.
func (s *Store) PutNetwork(n Network) error {
	return s.change(func(st state) { st.Networks[n.ID] = n })
}

// DeleteNetwork removes a network and its endpoints; one that is unknown is no error.
func (s *Store) DeleteNetwork(id string) error {
	return s.change(func(st state) {
		delete(st.Networks, id)
		maps.DeleteFunc(st.Endpoints, func(_ string, e Endpoint) bool { return e.Network == id })
	})
}

// PutEndpoint adds or replaces an endpoint.
func (s *Store) PutEndpoint(e Endpoint) error {
	return s.change(func(st state) { st.Endpoints[e.ID] = e })
}

// DeleteEndpoints removes endpoints; one that is unknown is no error.
func (s *Store) DeleteEndpoints(ids ...string) error {
	return s.change(func(st state) {
		for _, id := range ids {
			delete(st.Endpoints, id)
		}
	})
}

func (s *Store) change(edit func(state)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.state.clone()
	edit(next)
	if err := save(s.path, next); err != nil {
		return fmt.Errorf("save networks: %w", err)
	}
	s.state = next
	return nil
}

// save replaces the file in one step, so that a power cut leaves the old or the new.
func save(path string, st state) error {
	raw, err := json.Marshal(st)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
