package hosts

import (
	"net/netip"
	"time"
)

// Observation is what one sweep saw on one host. Where Host.Status.Ready is
// false everything else is empty. Lists are sorted by name, then by ID.
type Observation struct {
	Host Host `json:"host"`
	// Time is when, by the host's own clock; it is no part of what a plan depends on.
	Time time.Time `json:"-"`
	// Store is no part of it either.
	Store      ImageStore  `json:"-"`
	Containers []Container `json:"containers,omitempty"`
	Networks   []Network   `json:"networks,omitempty"`
	Volumes    []Volume    `json:"volumes,omitempty"`
	Images     []Image     `json:"images,omitempty"`
}

// ImageStore is where an engine keeps its images on its host.
type ImageStore struct {
	// Root is the engine's own folder there; "" where it doesn't tell.
	Root string
	// Driver is what the engine calls its storage driver: "overlay2".
	Driver string
	// Containerd tells that containerd keeps them, in a folder that may be elsewhere.
	Containerd bool
	// Tells is whether the engine tells which parts of an image it has.
	Tells bool
}

// Container is a container as an engine lists it: of any project, or of none.
type Container struct {
	ID string `json:"id"`
	// Name has no leading slash.
	Name string `json:"name"`
	// Image is the reference it was created from, ImageID the digest of its configuration.
	Image   string `json:"image"`
	ImageID string `json:"imageID"`
	// Platform is that of the image, where it has several and the engine tells.
	Platform Platform          `json:"platform,omitzero"`
	Command  string            `json:"command"`
	Created  time.Time         `json:"created"`
	Labels   map[string]string `json:"labels,omitempty"`
	State    ContainerState    `json:"state"`
	// Status is the engine's sentence: "Up 2 minutes (healthy)".
	Status string `json:"status"`
	// Health is "", "starting", "healthy" or "unhealthy".
	Health string `json:"health,omitempty"`
	// ExitCode of an exited container, read from Status.
	ExitCode int             `json:"exitCode,omitempty"`
	Ports    []PublishedPort `json:"ports,omitempty"`
	Mounts   []Mount         `json:"mounts,omitempty"`
	// NetworkMode is HostConfig.NetworkMode: "default", "host", "container:ID", a network's name.
	NetworkMode string       `json:"networkMode,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// ContainerState is an engine's word for where a container is in its life.
type ContainerState string

// The states of a container.
const (
	Created    ContainerState = "created"
	Running    ContainerState = "running"
	Paused     ContainerState = "paused"
	Restarting ContainerState = "restarting"
	Removing   ContainerState = "removing"
	Exited     ContainerState = "exited"
	Dead       ContainerState = "dead"
)

// PublishedPort is one port of a container; HostPort is 0 where it is only exposed.
type PublishedPort struct {
	HostIP        string `json:"hostIP,omitempty"`
	HostPort      uint16 `json:"hostPort,omitempty"`
	ContainerPort uint16 `json:"containerPort"`
	// Protocol is tcp, udp or sctp.
	Protocol string `json:"protocol"`
}

// Mount is one mount of a container.
type Mount struct {
	// Type is bind, volume, tmpfs, npipe, cluster or image.
	Type string `json:"type"`
	// Driver is the volume's.
	Driver string `json:"driver,omitempty"`
	// Name is the volume's, for volumes.
	Name        string `json:"name,omitempty"`
	Source      string `json:"source,omitempty"`
	Destination string `json:"destination"`
	ReadOnly    bool   `json:"readOnly,omitempty"`
}

// Attachment is a container's place on one network.
type Attachment struct {
	// Network is the network's name, NetworkID its ID.
	Network   string     `json:"network"`
	NetworkID string     `json:"networkID"`
	Address   netip.Addr `json:"address,omitzero"`
}

// Network is a network as an engine lists it.
type Network struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Driver   string            `json:"driver"`
	Scope    string            `json:"scope,omitempty"`
	Internal bool              `json:"internal,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	Options  map[string]string `json:"options,omitempty"`
	Subnets  []Subnet          `json:"subnets,omitempty"`
}

// Subnet is one IPAM configuration of a network.
type Subnet struct {
	Prefix  netip.Prefix `json:"prefix"`
	Range   netip.Prefix `json:"range,omitzero"`
	Gateway netip.Addr   `json:"gateway,omitzero"`
}

// Volume is a volume as an engine lists it.
type Volume struct {
	Name    string            `json:"name"`
	Driver  string            `json:"driver"`
	Labels  map[string]string `json:"labels,omitempty"`
	Options map[string]string `json:"options,omitempty"`
	// Mountpoint is its folder on the host, Scope "local" or "global".
	Mountpoint string `json:"mountpoint,omitempty"`
	Scope      string `json:"scope,omitempty"`
}

// Image is an image as an engine lists it.
type Image struct {
	ID string `json:"id"`
	// Tags are references (name:tag), Digests are name@sha256:….
	Tags    []string          `json:"tags,omitempty"`
	Digests []string          `json:"digests,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	// Layers are the digests of what its layers hold, the lowest first; an
	// observation leaves them out.
	Layers []string `json:"layers,omitempty"`
	// Size is in bytes.
	Size    int64     `json:"size"`
	Created time.Time `json:"created"`
	// Platform is what it runs on, and Tagged when it got its last tag on the
	// host; only inspections tell, and of Tagged not all engines.
	Platform Platform  `json:"platform,omitzero"`
	Tagged   time.Time `json:"tagged,omitzero"`
	// Volumes are the paths for which its containers get a volume each, sorted;
	// only inspections tell.
	Volumes []string `json:"volumes,omitempty"`
}
