package container

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// fabricEndpoint puts the container on a network that reaches over hosts. Its
// names and links are told to the fabric's driver and not to the engine, whose
// own DNS server would answer with the replicas of this host alone.
func (r *replica) fabricEndpoint(key string, config types.ServiceNetworkConfig) (*network.EndpointSettings, error) {
	if err := r.checkFabric(key, config); err != nil {
		return nil, err
	}
	options := maps.Clone(config.DriverOpts)
	if options == nil {
		options = types.Options{}
	}
	options[hosts.OptionNames] = strings.Join(r.fabricNames(config), ",")
	if links := r.fabricLinks(); len(links) > 0 {
		options[hosts.OptionLinks] = strings.Join(links, ",")
	}
	return &network.EndpointSettings{DriverOpts: options, GwPriority: config.GatewayPriority}, nil
}

// checkFabric refuses what each host would have to decide alone.
func (r *replica) checkFabric(key string, config types.ServiceNetworkConfig) error {
	var errs []error
	refuse := func(attribute, value, reason string) {
		if value != "" {
			errs = append(errs, r.refuse("networks."+key+"."+attribute,
				"reach the service by its name", "%s can't be kept on a network of several hosts: %s", value, reason))
		}
	}
	const addresses = "each host hands out its own part of the addresses"
	refuse("ipv4_address", config.Ipv4Address, addresses)
	refuse("ipv6_address", config.Ipv6Address, "it carries IPv4 only")
	refuse("link_local_ips", strings.Join(config.LinkLocalIPs, ", "), addresses)
	refuse("mac_address", config.MacAddress, "it is derived from the IP address")
	refuse("interface_name", config.InterfaceName, "the network's driver names the interface")
	return errors.Join(errs...)
}

// fabricNames are the names by which others on the network find the container.
func (r *replica) fabricNames(config types.ServiceNetworkConfig) []string {
	names := []string{r.containerName()}
	if !r.shared() {
		return names
	}
	if config.ServiceNameAliasEnabled() {
		names = append([]string{r.Name}, names...)
	}
	return unique(append(names, config.Aliases...))
}

// fabricLinks are ALIAS=NAME, names that only this container uses.
func (r *replica) fabricLinks() []string {
	var links []string
	for _, text := range r.Links {
		service, alias := link(text)
		if alias != service {
			links = append(links, alias+"="+service)
		}
		links = append(links, join(r.project, service, strconv.Itoa(r.number))+"="+service)
	}
	for _, text := range r.ExternalLinks {
		if name, alias := link(text); alias != name {
			links = append(links, alias+"="+name)
		}
	}
	return unique(links)
}

// unique keeps the first of equal names.
func unique(names []string) []string {
	var kept []string
	for _, name := range names {
		if !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	return kept
}
