package docker

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func containers(list []container.Summary) []hosts.Container {
	all := make([]hosts.Container, len(list))
	for i, c := range list {
		all[i] = listed(c)
	}
	slices.SortFunc(all, func(a, b hosts.Container) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return all
}

func listed(c container.Summary) hosts.Container {
	result := hosts.Container{
		ID: c.ID, Name: ownName(c.Names), Image: c.Image, ImageID: c.ImageID, Command: c.Command,
		Created: time.Unix(c.Created, 0).UTC(), Labels: c.Labels,
		State: hosts.ContainerState(c.State), Status: c.Status, Health: listedHealth(c),
		ExitCode: exitCode(c.Status), Ports: listedPorts(c.Ports), Mounts: mounts(c.Mounts),
		NetworkMode: c.HostConfig.NetworkMode,
	}
	if d := c.ImageManifestDescriptor; d != nil && d.Platform != nil {
		result.Platform = hosts.Platform{OS: d.Platform.OS, Arch: d.Platform.Architecture, Variant: d.Platform.Variant}
	}
	if c.NetworkSettings != nil {
		result.Attachments = attachments(c.NetworkSettings.Networks)
	}
	return result
}

// ownName is the name without its slash. Names by which linked containers know
// it have two.
func ownName(names []string) string {
	for _, n := range names {
		if n = strings.TrimPrefix(n, "/"); !strings.Contains(n, "/") {
			return n
		}
	}
	return ""
}

// listedHealth is the engine's field where it has one (API 1.52 and later),
// and the end of its sentence otherwise: "Up 2 minutes (healthy)".
func listedHealth(c container.Summary) string {
	if c.Health != nil {
		return health(c.Health.Status)
	}
	switch {
	case strings.HasSuffix(c.Status, "(healthy)"):
		return "healthy"
	case strings.HasSuffix(c.Status, "(unhealthy)"):
		return "unhealthy"
	case strings.HasSuffix(c.Status, "(health: starting)"):
		return "starting"
	}
	return ""
}

func health(s container.HealthStatus) string {
	if s == container.NoHealthcheck {
		return ""
	}
	return string(s)
}

// exitCode reads the engine's sentence: "Exited (137) 2 minutes ago".
func exitCode(status string) int {
	rest, ok := strings.CutPrefix(status, "Exited (")
	if !ok {
		return 0
	}
	number, _, _ := strings.Cut(rest, ")")
	code, _ := strconv.Atoi(number)
	return code
}

func listedPorts(list []container.PortSummary) []hosts.PublishedPort {
	var all []hosts.PublishedPort
	for _, p := range list {
		port := hosts.PublishedPort{HostPort: p.PublicPort, ContainerPort: p.PrivatePort, Protocol: p.Type}
		if p.IP.IsValid() {
			port.HostIP = p.IP.String()
		}
		all = append(all, port)
	}
	return sortPorts(all)
}

func sortPorts(all []hosts.PublishedPort) []hosts.PublishedPort {
	slices.SortFunc(all, func(a, b hosts.PublishedPort) int {
		return cmp.Or(cmp.Compare(a.ContainerPort, b.ContainerPort), cmp.Compare(a.Protocol, b.Protocol),
			cmp.Compare(a.HostPort, b.HostPort), cmp.Compare(a.HostIP, b.HostIP))
	})
	return all
}

func mounts(list []container.MountPoint) []hosts.Mount {
	var all []hosts.Mount
	for _, m := range list {
		all = append(all, hosts.Mount{
			Type: string(m.Type), Driver: m.Driver, Name: m.Name, Source: m.Source, Destination: m.Destination, ReadOnly: !m.RW,
		})
	}
	slices.SortFunc(all, func(a, b hosts.Mount) int { return strings.Compare(a.Destination, b.Destination) })
	return all
}

func attachments(networks map[string]*network.EndpointSettings) []hosts.Attachment {
	var all []hosts.Attachment
	for name, endpoint := range networks {
		if endpoint == nil {
			continue
		}
		address := endpoint.IPAddress
		if !address.IsValid() {
			address = endpoint.GlobalIPv6Address
		}
		all = append(all, hosts.Attachment{Network: name, NetworkID: endpoint.NetworkID, Address: address})
	}
	slices.SortFunc(all, func(a, b hosts.Attachment) int { return strings.Compare(a.Network, b.Network) })
	return all
}
