package container

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// NetworkSpec is a network of the project as one host has it, by its key in the
// compose file. An external network is not the project's to make.
func NetworkSpec(p *project.Project, key string) (hosts.NetworkSpec, error) {
	n, ok := p.Networks[key]
	if !ok {
		return hosts.NetworkSpec{}, fmt.Errorf("no such network: %s", key)
	}
	if n.External {
		return hosts.NetworkSpec{}, fmt.Errorf("network %s is external: it has to exist", n.Name)
	}
	hash, err := p.NetworkHash(key)
	if err != nil {
		return hosts.NetworkSpec{}, err
	}
	ipam, err := pools(n)
	return hosts.NetworkSpec{
		Name:        n.Name,
		Driver:      n.Driver,
		Internal:    n.Internal,
		Attachable:  n.Attachable,
		EnableIPv4:  n.EnableIPv4,
		EnableIPv6:  n.EnableIPv6,
		Labels:      resourceLabels(p, n.Labels, hosts.LabelNetwork, key, hash),
		Options:     n.DriverOpts,
		IPAMDriver:  n.Ipam.Driver,
		IPAM:        ipam,
		IPAMOptions: n.Ipam.Options,
	}, err
}

func pools(n types.NetworkConfig) ([]hosts.IPAM, error) {
	var all []hosts.IPAM
	var errs []error
	for _, config := range n.Ipam.Config {
		pool, err := pool(config)
		if err != nil {
			errs = append(errs, fmt.Errorf("network %s: ipam: %w", n.Name, err))
		}
		all = append(all, pool)
	}
	return all, errors.Join(errs...)
}

func pool(config *types.IPAMPool) (hosts.IPAM, error) {
	var pool hosts.IPAM
	var errs [3]error
	pool.Subnet, errs[0] = parse(config.Subnet, netip.ParsePrefix)
	pool.Range, errs[1] = parse(config.IPRange, netip.ParsePrefix)
	pool.Gateway, errs[2] = parse(config.Gateway, netip.ParseAddr)
	err := errors.Join(errs[:]...)
	for _, name := range slices.Sorted(maps.Keys(config.AuxiliaryAddresses)) {
		address, auxErr := netip.ParseAddr(config.AuxiliaryAddresses[name])
		if pool.Aux == nil {
			pool.Aux = map[string]netip.Addr{}
		}
		pool.Aux[name], err = address, errors.Join(err, auxErr)
	}
	return pool, err
}

// parse leaves "" at the zero value.
func parse[T any](text string, parser func(string) (T, error)) (T, error) {
	if text == "" {
		var zero T
		return zero, nil
	}
	return parser(text)
}
