package container

import (
	"errors"
	"maps"
	"net"
	"net/netip"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// optionInterface is the engine's name for interface_name.
const optionInterface = "com.docker.network.endpoint.ifname"

// networkKeys are the networks of the service by their key, highest priority
// first: the first is the one that the engine knows the container by.
func (r *replica) networkKeys() []string {
	if r.NetworkMode != "" || len(r.project.Networks) == 0 {
		return nil
	}
	if keys := r.NetworksByPriority(); len(keys) > 0 {
		return keys
	}
	return []string{"default"}
}

func (r *replica) networkMode() container.NetworkMode {
	keys := r.networkKeys()
	switch {
	case r.NetworkMode != "":
		return container.NetworkMode(r.NetworkMode)
	case len(keys) == 0:
		return network.NetworkNone
	}
	return container.NetworkMode(r.project.Networks[keys[0]].Name)
}

func (r *replica) networks() ([]hosts.NetworkAttachment, error) {
	var all []hosts.NetworkAttachment
	errs := []error{r.checkMAC()}
	for i, key := range r.networkKeys() {
		config := r.networkConfig(key, i == 0)
		endpoint, err := r.endpoint(key, config)
		errs = append(errs, err)
		all = append(all, hosts.NetworkAttachment{Network: r.project.Networks[key].Name, Endpoint: endpoint})
	}
	return all, errors.Join(errs...)
}

// networkConfig is what the service says of a network, never nil. The service's
// own mac_address belongs to the first.
func (r *replica) networkConfig(key string, first bool) types.ServiceNetworkConfig {
	var config types.ServiceNetworkConfig
	if own := r.Networks[key]; own != nil {
		config = *own
	}
	if first && config.MacAddress == "" {
		config.MacAddress = r.MacAddress
	}
	return config
}

// checkMAC refuses two MAC addresses for one interface.
func (r *replica) checkMAC() error {
	keys := r.networkKeys()
	if len(keys) == 0 || r.MacAddress == "" {
		return nil
	}
	if own := r.Networks[keys[0]]; own != nil && own.MacAddress != "" && own.MacAddress != r.MacAddress {
		return r.refuse("mac_address", "keep one of them", "%s is not that of network %s, %s", r.MacAddress, keys[0], own.MacAddress)
	}
	return nil
}

func (r *replica) endpoint(key string, config types.ServiceNetworkConfig) (*network.EndpointSettings, error) {
	if _, ok := r.target.Fabric[key]; ok {
		return r.fabricEndpoint(key, config)
	}
	var errs [2]error
	endpoint := &network.EndpointSettings{
		Aliases:    r.aliases(config),
		Links:      r.links(),
		GwPriority: config.GatewayPriority,
	}
	endpoint.DriverOpts = driverOptions(config)
	endpoint.MacAddress, errs[0] = r.macAddress(key, config.MacAddress)
	if r.Networks[key] != nil {
		endpoint.IPAMConfig, errs[1] = r.addresses(key, config)
		endpoint.IPAddress = endpoint.IPAMConfig.IPv4Address
	}
	return endpoint, errors.Join(errs[:]...)
}

// aliases are the names that the engine's DNS server answers with the container.
func (r *replica) aliases(config types.ServiceNetworkConfig) []string {
	names := []string{r.containerName()}
	if !r.shared() {
		return names
	}
	if config.ServiceNameAliasEnabled() {
		names = append(names, r.Name)
	}
	return append(names, config.Aliases...)
}

func driverOptions(config types.ServiceNetworkConfig) map[string]string {
	options := maps.Clone(config.DriverOpts)
	if config.InterfaceName == "" {
		return options
	}
	if options == nil {
		options = types.Options{}
	}
	options[optionInterface] = config.InterfaceName
	return options
}

func (r *replica) addresses(key string, config types.ServiceNetworkConfig) (*network.EndpointIPAMConfig, error) {
	var ipam network.EndpointIPAMConfig
	var v4, v6 error
	ipam.IPv4Address, v4 = r.address(key, "ipv4_address", config.Ipv4Address)
	ipam.IPv6Address, v6 = r.address(key, "ipv6_address", config.Ipv6Address)
	errs := []error{v4, v6}
	for _, text := range config.LinkLocalIPs {
		address, err := r.address(key, "link_local_ips", text)
		if errs = append(errs, err); address.IsValid() {
			ipam.LinkLocalIPs = append(ipam.LinkLocalIPs, address)
		}
	}
	return &ipam, errors.Join(errs...)
}

func (r *replica) address(key, attribute, text string) (netip.Addr, error) {
	if text == "" {
		return netip.Addr{}, nil
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return address, r.refuse("networks."+key+"."+attribute, "", "%q is not an IP address", text)
	}
	return address.Unmap(), nil
}

func (r *replica) macAddress(key, text string) (network.HardwareAddr, error) {
	if text == "" {
		return nil, nil
	}
	address, err := net.ParseMAC(text)
	if err != nil {
		return nil, r.refuse("networks."+key+".mac_address", "", "%q is not a MAC address", text)
	}
	return network.HardwareAddr(address), nil
}
