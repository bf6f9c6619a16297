package hosts

import (
	"net/netip"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
)

// ContainerSpec is a container to create, in the Engine API's own words.
type ContainerSpec struct {
	Name       string
	Config     *container.Config
	HostConfig *container.HostConfig
	// Networks are joined in this order: the first at creation, the rest
	// before the first start (engines before API 1.44 take only one at creation).
	Networks []NetworkAttachment
	// Platform is os/arch[/variant], or "" for the engine's own.
	Platform string
	// Files are put into the container after its creation and before its start:
	// the content of configs and secrets. Never printed, never in a label.
	Files []File
}

// NetworkAttachment joins a container to a network, by the network's name.
type NetworkAttachment struct {
	Network  string
	Endpoint *network.EndpointSettings
}

// File is a file to be put into a container.
type File struct {
	// Path is absolute, in the container.
	Path    string
	Content []byte
	// Mode is the permission bits.
	Mode     int64
	UID, GID int
}

// NetworkSpec is a network to create.
type NetworkSpec struct {
	Name       string
	Driver     string
	Internal   bool
	Attachable bool
	// EnableIPv4 is nil for the engine's default.
	EnableIPv4 *bool
	EnableIPv6 *bool
	Labels     map[string]string
	Options    map[string]string
	IPAMDriver string
	IPAM       []IPAM
	// IPAMOptions are options of the IPAM driver.
	IPAMOptions map[string]string
}

// IPAM is one subnet of a network to create.
type IPAM struct {
	Subnet  netip.Prefix
	Range   netip.Prefix
	Gateway netip.Addr
	// Aux are addresses that the engine must not hand out, by a name for each.
	Aux map[string]netip.Addr
}

// VolumeSpec is a volume to create.
type VolumeSpec struct {
	Name    string
	Driver  string
	Labels  map[string]string
	Options map[string]string
}
