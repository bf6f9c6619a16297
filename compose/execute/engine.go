package execute

import (
	"context"
	"io"
	"time"

	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Engine is what the executor asks of one host. Names may stand for IDs.
// Errors match hosts.ErrNotFound, ErrConflict and ErrUnreachable.
type Engine interface {
	Containers
	Lifecycle
	Output
	Images
	Networks
	Volumes
}

// Containers is the life of containers.
type Containers interface {
	// CreateContainer creates, joins all networks, and puts the files in.
	CreateContainer(ctx context.Context, spec hosts.ContainerSpec) (id string, err error)
	StartContainer(ctx context.Context, container string) error
	StopContainer(ctx context.Context, container string, o hosts.StopOptions) error
	RemoveContainer(ctx context.Context, container string, force, volumes bool) error
	RenameContainer(ctx context.Context, container, name string) error
	InspectContainer(ctx context.Context, container string) (hosts.ContainerDetail, error)
	// CopyTo unpacks a tar stream into a folder of the container.
	CopyTo(ctx context.Context, container, folder string, content io.Reader) error
	// Exec runs a command to its end and returns what it printed, each stream up to 1 MiB.
	Exec(ctx context.Context, container string, command []string) (hosts.ExecResult, error)
}

// Lifecycle is what commands do to containers that exist already.
type Lifecycle interface {
	// RestartContainer starts one that doesn't run; a nil timeout is the container's own.
	RestartContainer(ctx context.Context, container string, timeout *time.Duration) error
	// KillContainer sends a signal, KILL where it is "". One that doesn't run is hosts.ErrConflict.
	KillContainer(ctx context.Context, container, signal string) error
	PauseContainer(ctx context.Context, container string) error
	UnpauseContainer(ctx context.Context, container string) error
	// WaitContainer returns a container's exit code once it doesn't run.
	WaitContainer(ctx context.Context, container string) (code int, err error)
}

// Output is what processes in containers write.
type Output interface {
	// RunExec runs a command in a container, joined to the streams, and returns its exit code.
	RunExec(ctx context.Context, container string, o hosts.ExecOptions, s hosts.Streams) (code int, err error)
	// Logs calls line for each line of a container's log until the log ends.
	Logs(ctx context.Context, container string, o hosts.LogOptions, line func(hosts.LogLine)) error
}

// Images is what an executor does with images.
type Images interface {
	PullImage(ctx context.Context, ref string, o hosts.PullOptions) error
	// PushImage pushes a reference with the user's login; progress may be nil.
	PushImage(ctx context.Context, ref string, progress func(hosts.PullProgress)) error
	// InspectImage returns hosts.ErrNotFound where the host lacks it.
	InspectImage(ctx context.Context, ref string) (hosts.Image, error)
	RemoveImage(ctx context.Context, ref string, force bool) error
	// ResolveImage is the digest ("sha256:…") that a reference has in its registry now.
	ResolveImage(ctx context.Context, ref string) (digest string, err error)
	// SaveImage streams an image as an archive; the caller closes it.
	SaveImage(ctx context.Context, ref string) (io.ReadCloser, error)
	// LoadImage takes an image in from an archive, as a whole or not at all.
	LoadImage(ctx context.Context, ref string, archive io.Reader) error
	// TagImage gives an image of the host another reference.
	TagImage(ctx context.Context, image, ref string) error
}

// Networks is what an executor does with networks.
type Networks interface {
	CreateNetwork(ctx context.Context, spec hosts.NetworkSpec) (id string, err error)
	RemoveNetwork(ctx context.Context, network string) error
	ConnectNetwork(ctx context.Context, network, container string, endpoint *network.EndpointSettings) error
	DisconnectNetwork(ctx context.Context, network, container string, force bool) error
}

// Volumes is what an executor does with volumes.
type Volumes interface {
	CreateVolume(ctx context.Context, spec hosts.VolumeSpec) error
	RemoveVolume(ctx context.Context, name string) error
}

// Fabric carries the container network between hosts. Implemented by weave.
type Fabric interface {
	// Joined tells from an observation alone whether the host is part of the
	// fabric as it should be: router running, driver enabled, both current.
	Joined(hosts.Observation) bool
	// Refuses is why the host isn't to be joined, a sentence without its name; ""
	// where it may be.
	Refuses(hosts.Observation) string
	// Join makes the host part of the fabric, or brings it up to date; it is
	// idempotent. Peers are the addresses of the pool's other hosts.
	Join(ctx context.Context, host hosts.Host, peers []string) error
	// Withhold keeps a container of the host, which may have yet to be created,
	// from being found by its names, for at most the given time; 0 lets it be
	// found again. It returns for how long some may still use what they were told
	// before.
	Withhold(ctx context.Context, host hosts.Host, container string, atMost time.Duration) (remembered time.Duration, err error)
}
