// Package protocol speaks Docker's protocol for remote network drivers: JSON
// over HTTP on a socket of the plugin's, one path for each method.
package protocol

// Pool is an address pool of a network.
type Pool struct {
	// Pool is the subnet, Gateway its gateway with the subnet's length.
	Pool, Gateway string
}

// CreateNetwork asks for a network.
type CreateNetwork struct {
	NetworkID          string
	Options            map[string]any
	IPv4Data, IPv6Data []Pool
}

// DeleteNetwork asks for a network's end.
type DeleteNetwork struct{ NetworkID string }

// Interface is a container's interface: addresses with the subnet's length.
type Interface struct {
	Address, AddressIPv6, MacAddress string
}

// CreateEndpoint asks for a container's place on a network.
type CreateEndpoint struct {
	NetworkID, EndpointID string
	Interface             *Interface
	Options               map[string]any
}

// CreatedEndpoint tells what the request left open: the hardware address.
type CreatedEndpoint struct{ Interface *Interface }

// Endpoint names an endpoint.
type Endpoint struct{ NetworkID, EndpointID string }

// Join asks for an endpoint's interface, to be moved into the sandbox.
type Join struct {
	NetworkID, EndpointID, SandboxKey string
	Options                           map[string]any
}

// InterfaceName tells which interface to move, and how to name it there.
type InterfaceName struct{ SrcName, DstPrefix string }

// Joined answers Join. Without a gateway the engine gives the container its
// own way out, and none on internal networks.
type Joined struct{ InterfaceName InterfaceName }

// Option is a network's option: options of the driver's own come as "generic".
func (r CreateNetwork) Option(name string) string {
	generic, ok := r.Options["com.docker.network.generic"].(map[string]any)
	if !ok {
		return ""
	}
	value, ok := generic[name].(string)
	if !ok {
		return ""
	}
	return value
}

// Internal tells whether the network is to have no way out.
func (r CreateNetwork) Internal() bool {
	internal, ok := r.Options["com.docker.network.internal"].(bool)
	return ok && internal
}

// Option is an endpoint's option.
func (r CreateEndpoint) Option(name string) string {
	value, ok := r.Options[name].(string)
	if !ok {
		return ""
	}
	return value
}
