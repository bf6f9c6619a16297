package plan

import (
	"time"

	"github.com/clocker-compose/clocker-compose/compose/tree"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Action is one kind of effect. The set is closed: executors switch over it.
type Action interface {
	// Verb and Object make the step's text: "create", "container shop-web-1".
	Verb() string
	Object() string
	action()
}

// JoinFabric makes the host part of the container network: driver, router, peers.
type JoinFabric struct {
	// Host is the host as it was observed: its platform decides the driver.
	Host hosts.Host
	// Peers are the addresses of the other hosts of the pool.
	Peers []string
}

// CreateNetwork creates a network on the host.
type CreateNetwork struct{ Spec hosts.NetworkSpec }

// RemoveNetwork removes a network of this project.
type RemoveNetwork struct{ ID, Name string }

// CreateVolume creates a volume on the host.
type CreateVolume struct{ Spec hosts.VolumeSpec }

// RemoveVolume removes a volume of this project, and its data.
type RemoveVolume struct {
	Name string
	// Quiet removals are of volumes without a name of their own: they tell
	// nothing, and leave what others use.
	Quiet bool
}

// ShipFiles makes a volume hold what a path of the project holds on this machine.
type ShipFiles struct {
	// Path is how the compose file writes it: "./src".
	Path string
	// Volume is made where it is missing.
	Volume hosts.VolumeSpec
	// Tree is what it is to hold, Before what it was sent last; nil for nothing.
	Tree, Before *tree.Tree
	// Platform is what the host runs natively.
	Platform hosts.Platform
	// Image is one that the host has: content goes in through a container that
	// is made from it.
	Image string
	// Pending marks that something is on its way, Marker that it has arrived, and
	// Outdated are the names of former marks.
	Pending, Marker hosts.VolumeSpec
	Outdated        []string
}

// JoinHost makes a machine that SSH reaches a host: its engine is installed,
// configured and started.
type JoinHost struct {
	Host hosts.Host
}

// PullImage brings an image to the host.
type PullImage struct {
	Ref, Platform string
	// Always pulls even where the host has the image.
	Always bool
	// Digest is what other hosts have under this reference, "" where it is free.
	Digest string
	// Optional pulls may fail; what Buildable ones fail to bring is built.
	Optional, Buildable bool
	// Service is one that wants it, for messages.
	Service string
	// Native is the platform that the host runs natively. Holders are hosts of the
	// same one that have an image under this reference.
	Native  hosts.Platform
	Holders []string
}

// BuildImage builds a service's image on the host.
type BuildImage struct {
	Service, Ref string
	Spec         hosts.BuildSpec
}

// CopyImage brings an image to the host from another one, whose name is From.
type CopyImage struct {
	Ref, From string
	// Also are other hosts that have the same, should that one fail.
	Also []string
}

// RemoveImage removes an image from the host.
type RemoveImage struct{ Ref string }

// CreateContainer creates a replica. Spec.Name is the name it is created
// under: the temporary one while it replaces another.
type CreateContainer struct {
	Service string
	Number  int
	// Name is the replica's final name, under which progress is told.
	Name string
	Spec hosts.ContainerSpec
	// Image is the reference whose ID on the host goes into the image label.
	Image string
	// Parents are the names of containers made by the same plan whose namespaces
	// or volumes it shares, by service. Their IDs belong to its configuration
	// hash, which Rehash computes once they are known.
	Parents map[string]string
	Rehash  func(ids map[string]string) (string, error)
	// Replaces is the ID of the container on the same host that it takes over from; "" for a new replica.
	Replaces string
	// Heritage are that one's mounts, of which it gets those at paths for which
	// its image declares a volume and its request mounts nothing.
	Heritage []hosts.Mount
}

// RenameContainer gives a container its final name.
type RenameContainer struct{ Container, From, To string }

// StartContainer starts a container: by ID, or by name where the plan creates it.
type StartContainer struct {
	Container, Name string
	Service         string
	// Files are put in before the start of a container that exists already.
	Files []hosts.File
	// PostStart run in the container once it was started.
	PostStart []Hook
	// Withheld containers aren't to be found by name until they are announced.
	Withheld bool
}

// StopContainer stops a container.
type StopContainer struct {
	ID, Name string
	// Timeout is nil for the container's own.
	Timeout *time.Duration
	// PreStop run in the container before it is stopped.
	PreStop []Hook
	// Quiet stops are a part of a replacement, which tells its own progress.
	Quiet bool
	// Withdraw is the name under which the fabric knows a container that nobody
	// is to find any more before it is stopped; "" for none.
	Withdraw string
}

// RemoveContainer removes a stopped container and, where Volumes is set, its anonymous volumes.
type RemoveContainer struct {
	ID, Name string
	Volumes  bool
	Force    bool
	// Quiet removals are a part of a replacement, which tells its own progress.
	Quiet bool
}

// DisconnectNetwork takes a container off a network, given by ID, that is about
// to be removed.
type DisconnectNetwork struct{ Network, NetworkName, Container, Name string }

// ConnectNetwork puts a container on a network that was made again.
type ConnectNetwork struct {
	Attachment      hosts.NetworkAttachment
	Container, Name string
}

// AwaitContainer waits until a container meets the condition of a dependency.
type AwaitContainer struct {
	Container, Name string
	Service         string
	// Condition is service_started, service_healthy or service_completed_successfully.
	Condition string
	// Required is false where a failure is only a warning.
	Required bool
	// Announce lets the container, which was withheld, be found by its names then.
	Announce bool
}

// RestartContainer stops a container and starts it again, or starts one that
// doesn't run.
type RestartContainer struct {
	ID, Name string
	Service  string
	// Timeout is nil for the container's own.
	Timeout *time.Duration
	// Files are put in before it starts again.
	Files []hosts.File
	// PreStop run in the container before it is stopped, PostStart once it was
	// started again.
	PreStop, PostStart []Hook
}

// KillContainer sends a signal; "" is KILL.
type KillContainer struct{ ID, Name, Signal string }

// PauseContainer freezes a container.
type PauseContainer struct{ ID, Name string }

// UnpauseContainer lets a paused container go on.
type UnpauseContainer struct{ ID, Name string }

func (JoinFabric) action()        {}
func (JoinHost) action()          {}
func (CreateNetwork) action()     {}
func (RemoveNetwork) action()     {}
func (CreateVolume) action()      {}
func (RemoveVolume) action()      {}
func (ShipFiles) action()         {}
func (PullImage) action()         {}
func (BuildImage) action()        {}
func (CopyImage) action()         {}
func (RemoveImage) action()       {}
func (CreateContainer) action()   {}
func (RenameContainer) action()   {}
func (StartContainer) action()    {}
func (StopContainer) action()     {}
func (RemoveContainer) action()   {}
func (DisconnectNetwork) action() {}
func (ConnectNetwork) action()    {}
func (AwaitContainer) action()    {}
func (RestartContainer) action()  {}
func (KillContainer) action()     {}
func (PauseContainer) action()    {}
func (UnpauseContainer) action()  {}

func (JoinFabric) Verb() string        { return "join" }
func (JoinHost) Verb() string          { return "join" }
func (CreateNetwork) Verb() string     { return "create" }
func (RemoveNetwork) Verb() string     { return "remove" }
func (CreateVolume) Verb() string      { return "create" }
func (RemoveVolume) Verb() string      { return "remove" }
func (ShipFiles) Verb() string         { return "ship" }
func (PullImage) Verb() string         { return "pull" }
func (BuildImage) Verb() string        { return "build" }
func (CopyImage) Verb() string         { return "copy" }
func (RemoveImage) Verb() string       { return "remove" }
func (CreateContainer) Verb() string   { return "create" }
func (RenameContainer) Verb() string   { return "rename" }
func (StartContainer) Verb() string    { return "start" }
func (StopContainer) Verb() string     { return "stop" }
func (RemoveContainer) Verb() string   { return "remove" }
func (DisconnectNetwork) Verb() string { return "disconnect" }
func (ConnectNetwork) Verb() string    { return "connect" }
func (AwaitContainer) Verb() string    { return "await" }
func (RestartContainer) Verb() string  { return "restart" }
func (KillContainer) Verb() string     { return "kill" }
func (PauseContainer) Verb() string    { return "pause" }
func (UnpauseContainer) Verb() string  { return "unpause" }

func (JoinFabric) Object() string          { return "fabric" }
func (JoinHost) Object() string            { return "host" }
func (a CreateNetwork) Object() string     { return "network " + a.Spec.Name }
func (a RemoveNetwork) Object() string     { return "network " + a.Name }
func (a CreateVolume) Object() string      { return "volume " + a.Spec.Name }
func (a RemoveVolume) Object() string      { return "volume " + a.Name }
func (a ShipFiles) Object() string         { return "files " + a.Path }
func (a PullImage) Object() string         { return "image " + a.Ref }
func (a BuildImage) Object() string        { return "image " + a.Ref }
func (a CopyImage) Object() string         { return "image " + a.Ref + " from " + a.From }
func (a RemoveImage) Object() string       { return "image " + a.Ref }
func (a CreateContainer) Object() string   { return "container " + a.Spec.Name }
func (a RenameContainer) Object() string   { return "container " + a.From + " to " + a.To }
func (a StartContainer) Object() string    { return "container " + a.Name }
func (a StopContainer) Object() string     { return "container " + a.Name }
func (a RemoveContainer) Object() string   { return "container " + a.Name }
func (a DisconnectNetwork) Object() string { return "container " + a.Name + " from " + a.NetworkName }

func (a ConnectNetwork) Object() string {
	return "container " + a.Name + " to " + a.Attachment.Network
}
func (a AwaitContainer) Object() string   { return "container " + a.Name + " " + a.Condition }
func (a RestartContainer) Object() string { return "container " + a.Name }
func (a KillContainer) Object() string    { return "container " + a.Name }
func (a PauseContainer) Object() string   { return "container " + a.Name }
func (a UnpauseContainer) Object() string { return "container " + a.Name }
