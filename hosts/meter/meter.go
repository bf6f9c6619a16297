// Package meter measures what hosts use. An engine doesn't tell, so a small
// container on each host does (package gauge): it reads /proc every few seconds
// and writes a line to its log, whose last line is one request away. Its image
// is made on the host of the one program in it, so that no registry is needed.
package meter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Name is what the container is called on every host.
const Name = "clocker-meter"

// Engine is what a meter asks of one host's engine. Errors match
// hosts.ErrNotFound and ErrConflict.
type Engine interface {
	InspectContainer(ctx context.Context, container string) (hosts.ContainerDetail, error)
	CreateContainer(ctx context.Context, spec hosts.ContainerSpec) (id string, err error)
	StartContainer(ctx context.Context, container string) error
	RemoveContainer(ctx context.Context, container string, force, volumes bool) error
	InspectImage(ctx context.Context, ref string) (hosts.Image, error)
	ImportImage(ctx context.Context, ref string, files io.Reader) error
	RemoveImage(ctx context.Context, ref string, force bool) error
	LastLine(ctx context.Context, container string) (hosts.LogLine, error)
}

// Options are what meters are made of.
type Options struct {
	// Connect returns the engine of a host.
	Connect func(hosts.Host) (Engine, error)
	// Program returns the program for a platform, which `measure` as its
	// argument makes call gauge.Run.
	Program func(hosts.Platform) ([]byte, error)
}

// Meters are those of all hosts. What there is of them is read from the engines.
type Meters struct{ o Options }

// New is ready to read and to start meters.
func New(o Options) *Meters { return &Meters{o} }

// Read returns the last reading of the host's meter; it is one request. The
// error is hosts.ErrNotFound where there is no meter, or none has read yet.
func (m *Meters) Read(ctx context.Context, host hosts.Host) (hosts.Reading, error) {
	e, err := m.o.Connect(host)
	if err != nil {
		return hosts.Reading{}, err
	}
	line, err := e.LastLine(ctx, Name)
	if err != nil {
		return hosts.Reading{}, err
	}
	if len(line.Text) == 0 {
		return hosts.Reading{}, fmt.Errorf("host %s: %s has read nothing yet: %w", host.Name, Name, hosts.ErrNotFound)
	}
	var r hosts.Reading
	if err := json.Unmarshal(line.Text, &r); err != nil || !sound(r) {
		return hosts.Reading{}, fmt.Errorf("host %s: container %s writes no readings; remove it, and it is made anew", host.Name, Name)
	}
	return r, nil
}

// sound tells a reading from what anybody may have written.
func sound(r hosts.Reading) bool {
	return !r.Time.IsZero() && r.CPU >= 0 && r.CPU <= 1 && r.MemoryBytes >= 0 && r.WindowSeconds >= 0 && r.Disk.FreeBytes >= 0 && r.Disk.TotalBytes >= 0
}

// Start makes a meter run on the host; it is idempotent. One of another
// version is replaced.
func (m *Meters) Start(ctx context.Context, host hosts.Host) error {
	e, err := m.o.Connect(host)
	if err != nil {
		return err
	}
	program, err := m.o.Program(host.Platform)
	if err != nil {
		return err
	}
	image := imageOf(program)
	found, err := e.InspectContainer(ctx, Name)
	switch {
	case err == nil && found.Labels[hosts.LabelFabric] != label:
		return fmt.Errorf("host %s: a container that is no meter has the name %s: rename or remove it", host.Name, Name)
	case err == nil && found.Image == image && found.State == hosts.Running:
		return nil
	case err == nil:
		err = remove(ctx, e, found)
	case errors.Is(err, hosts.ErrNotFound):
		err = nil
	}
	if err == nil {
		err = start(ctx, e, image, program)
	}
	return err
}

// start creates and starts the container. Somebody else who does the same at
// this moment is as good.
func start(ctx context.Context, e Engine, image string, program []byte) error {
	_, err := e.InspectImage(ctx, image)
	if errors.Is(err, hosts.ErrNotFound) {
		err = importImage(ctx, e, image, program)
	}
	if err != nil {
		return err
	}
	if _, err := e.CreateContainer(ctx, spec(image)); err != nil && !errors.Is(err, hosts.ErrConflict) {
		return err
	}
	return e.StartContainer(ctx, Name)
}

func importImage(ctx context.Context, e Engine, image string, program []byte) error {
	files, err := layer(program)
	if err != nil {
		return err
	}
	return e.ImportImage(ctx, image, files)
}

// Remove takes the meter and its image off the host, where it has one.
func (m *Meters) Remove(ctx context.Context, host hosts.Host) error {
	e, err := m.o.Connect(host)
	if err != nil {
		return err
	}
	found, err := e.InspectContainer(ctx, Name)
	if errors.Is(err, hosts.ErrNotFound) || err == nil && found.Labels[hosts.LabelFabric] != label {
		return nil
	}
	if err != nil {
		return err
	}
	return remove(ctx, e, found)
}

func remove(ctx context.Context, e Engine, found hosts.ContainerDetail) error {
	err := e.RemoveContainer(ctx, found.ID, true, true)
	if err == nil || errors.Is(err, hosts.ErrNotFound) {
		err = e.RemoveImage(ctx, found.Image, false)
	}
	if errors.Is(err, hosts.ErrNotFound) {
		return nil
	}
	return err
}
