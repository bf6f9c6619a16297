package docker

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// CreateNetwork creates a network; a name that exists is hosts.ErrConflict.
func (e *Engine) CreateNetwork(ctx context.Context, spec hosts.NetworkSpec) (id string, err error) {
	err = e.short(ctx, "create network "+spec.Name, func(ctx context.Context) error {
		id, err = e.createNetwork(ctx, spec)
		return err
	})
	return id, err
}

func (e *Engine) createNetwork(ctx context.Context, spec hosts.NetworkSpec) (string, error) {
	if spec.EnableIPv4 != nil && !*spec.EnableIPv4 && e.before("1.48") {
		return "", fmt.Errorf("a network without IPv4 needs engine 28.0 or later, this one speaks API %s only", e.api.ClientVersion())
	}
	request := network.CreateRequest{
		Name: spec.Name, Driver: spec.Driver, Internal: spec.Internal, Attachable: spec.Attachable,
		EnableIPv4: spec.EnableIPv4, EnableIPv6: spec.EnableIPv6,
		Labels: spec.Labels, Options: spec.Options, IPAM: ipam(spec),
	}
	var answer network.CreateResponse
	// Engines before API 1.44 make a second network of the same name unless
	// they are told not to, by a field that the client no longer has.
	err := e.postJSON(ctx, "/networks/create", struct {
		network.CreateRequest
		CheckDuplicate bool
	}{request, true}, &answer)
	return answer.ID, err
}

// ipam is nil where the spec leaves all to the engine.
func ipam(spec hosts.NetworkSpec) *network.IPAM {
	if len(spec.IPAM) == 0 && spec.IPAMDriver == "" && len(spec.IPAMOptions) == 0 {
		return nil
	}
	result := &network.IPAM{Driver: cmp.Or(spec.IPAMDriver, "default"), Options: spec.IPAMOptions}
	for _, i := range spec.IPAM {
		result.Config = append(result.Config, network.IPAMConfig{
			Subnet: i.Subnet, IPRange: i.Range, Gateway: i.Gateway, AuxAddress: i.Aux,
		})
	}
	return result
}

// RemoveNetwork removes a network; one that is in use is hosts.ErrConflict.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	return e.short(ctx, "remove network "+name, func(ctx context.Context) error {
		_, err := e.api.NetworkRemove(ctx, name, client.NetworkRemoveOptions{})
		return err
	})
}

// ConnectNetwork joins a container to a network. endpoint may be nil.
func (e *Engine) ConnectNetwork(ctx context.Context, name, container string, endpoint *network.EndpointSettings) error {
	return e.short(ctx, "connect container "+container+" to network "+name, func(ctx context.Context) error {
		_, err := e.api.NetworkConnect(ctx, name, client.NetworkConnectOptions{Container: container, EndpointConfig: endpoint})
		return err
	})
}

// DisconnectNetwork takes a container off a network.
func (e *Engine) DisconnectNetwork(ctx context.Context, name, container string, force bool) error {
	return e.short(ctx, "disconnect container "+container+" from network "+name, func(ctx context.Context) error {
		_, err := e.api.NetworkDisconnect(ctx, name, client.NetworkDisconnectOptions{Container: container, Force: force})
		return err
	})
}

func networks(list []network.Summary) []hosts.Network {
	all := make([]hosts.Network, len(list))
	for i, n := range list {
		all[i] = hosts.Network{
			ID: n.ID, Name: n.Name, Driver: n.Driver, Scope: n.Scope, Internal: n.Internal,
			Labels: n.Labels, Options: n.Options, Subnets: subnets(n.IPAM.Config),
		}
	}
	slices.SortFunc(all, func(a, b hosts.Network) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return all
}

func subnets(list []network.IPAMConfig) []hosts.Subnet {
	var all []hosts.Subnet
	for _, c := range list {
		all = append(all, hosts.Subnet{Prefix: c.Subnet, Range: c.IPRange, Gateway: c.Gateway})
	}
	return all
}
