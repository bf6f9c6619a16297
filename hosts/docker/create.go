package docker

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// cleanupTimeout bounds the removal of a half-made container after ctx ended.
const cleanupTimeout = 10 * time.Second

// apiManyNetworks is the first API version that takes several networks, and a
// MAC address for each, at creation.
const apiManyNetworks = "1.44"

// CreateContainer creates a container, joins it to its networks and puts its
// files in. Where a part fails, nothing is left behind.
func (e *Engine) CreateContainer(ctx context.Context, spec hosts.ContainerSpec) (id string, err error) {
	err = e.short(ctx, "create container "+spec.Name, func(ctx context.Context) error {
		id, err = e.create(ctx, spec)
		return err
	})
	return id, err
}

func (e *Engine) create(ctx context.Context, spec hosts.ContainerSpec) (string, error) {
	spec, err := e.withSubpaths(ctx, spec)
	if err != nil {
		return "", err
	}
	if err := e.supports(spec); err != nil {
		return "", err
	}
	atCreation, later := spec.Networks, []hosts.NetworkAttachment(nil)
	if e.before(apiManyNetworks) && len(spec.Networks) > 1 {
		atCreation, later = spec.Networks[:1], spec.Networks[1:]
	}
	id, err := e.createBare(ctx, spec, atCreation)
	if err != nil {
		return "", err
	}
	if err := e.complete(ctx, id, later, spec.Files); err != nil {
		return "", e.discard(ctx, id, err)
	}
	return id, nil
}

func (e *Engine) createBare(ctx context.Context, spec hosts.ContainerSpec, networks []hosts.NetworkAttachment) (string, error) {
	request := container.CreateRequest{
		Config: spec.Config, HostConfig: spec.HostConfig, NetworkingConfig: networking(networks),
	}
	if mac := firstMAC(networks); mac != "" && e.before(apiManyNetworks) {
		return e.createWithMAC(ctx, spec, request, mac)
	}
	answer, err := e.api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name: spec.Name, Platform: ociPlatform(spec.Platform),
		Config: request.Config, HostConfig: request.HostConfig, NetworkingConfig: request.NetworkingConfig,
	})
	return answer.ID, err
}

// createWithMAC says the MAC address where API versions before 1.44 look for
// it: on the container, in a field that the client no longer has.
func (e *Engine) createWithMAC(ctx context.Context, spec hosts.ContainerSpec, request container.CreateRequest, mac string) (string, error) {
	query := url.Values{"name": {spec.Name}}
	if spec.Platform != "" {
		query.Set("platform", spec.Platform)
	}
	var answer container.CreateResponse
	err := e.postJSON(ctx, "/containers/create?"+query.Encode(), struct {
		container.CreateRequest
		MacAddress string
	}{request, mac}, &answer)
	return answer.ID, err
}

func networking(list []hosts.NetworkAttachment) *network.NetworkingConfig {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]*network.EndpointSettings, len(list))
	for _, a := range list {
		m[a.Network] = a.Endpoint
		if a.Endpoint == nil {
			m[a.Network] = &network.EndpointSettings{}
		}
	}
	return &network.NetworkingConfig{EndpointsConfig: m}
}

func firstMAC(list []hosts.NetworkAttachment) string {
	if len(list) == 0 || list[0].Endpoint == nil {
		return ""
	}
	return list[0].Endpoint.MacAddress.String()
}

// complete does what comes between creation and start.
func (e *Engine) complete(ctx context.Context, id string, networks []hosts.NetworkAttachment, files []hosts.File) error {
	for _, n := range networks {
		_, err := e.api.NetworkConnect(ctx, n.Network, client.NetworkConnectOptions{Container: id, EndpointConfig: n.Endpoint})
		if err != nil {
			return fmt.Errorf("connect to network %s: %w", n.Network, err)
		}
	}
	if len(files) == 0 {
		return nil
	}
	if err := e.copyFiles(ctx, id, files); err != nil {
		return fmt.Errorf("copy files: %w", err)
	}
	return nil
}

// discard removes what was half made, also where the cause is that ctx ended.
func (e *Engine) discard(ctx context.Context, id string, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	_, err := e.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if err != nil {
		return fmt.Errorf("%w; and container %.12s is left: %s", cause, id, engineText(err))
	}
	return cause
}

// ociPlatform is nil for "".
func ociPlatform(s string) *ocispec.Platform {
	if s == "" {
		return nil
	}
	p := hosts.ParsePlatform(s)
	return &ocispec.Platform{OS: p.OS, Architecture: p.Arch, Variant: p.Variant}
}
