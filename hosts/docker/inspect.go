package docker

import (
	"context"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// InspectContainer returns all that is known of one container. Its Status is
// the state's word, since an inspection has no sentence.
func (e *Engine) InspectContainer(ctx context.Context, name string) (hosts.ContainerDetail, error) {
	var detail hosts.ContainerDetail
	err := e.short(ctx, "inspect container "+name, func(ctx context.Context) error {
		answer, err := e.api.ContainerInspect(ctx, name, client.ContainerInspectOptions{})
		if err == nil {
			detail = inspected(answer.Container)
		}
		return err
	})
	return detail, err
}

// inspected takes parts that a broken engine may leave out as empty.
func inspected(c container.InspectResponse) hosts.ContainerDetail {
	detail := hosts.ContainerDetail{RestartCount: c.RestartCount}
	detail.ID = c.ID
	detail.Name = strings.TrimPrefix(c.Name, "/")
	detail.ImageID = c.Image
	detail.Created = parseTime(c.Created)
	detail.Command = strings.Join(append([]string{c.Path}, c.Args...), " ")
	detail.Mounts = mounts(c.Mounts)
	detail.Volumes = volumesByDestination(c.Mounts)
	if c.HostConfig != nil {
		detail.NetworkMode = string(c.HostConfig.NetworkMode)
	}
	inspectedConfig(&detail, c.Config)
	inspectedState(&detail, c.State)
	if s := c.NetworkSettings; s != nil {
		detail.Attachments = attachments(s.Networks)
		detail.Aliases = aliases(s.Networks)
		detail.Ports = inspectedPorts(s.Ports)
	}
	return detail
}

func inspectedConfig(detail *hosts.ContainerDetail, c *container.Config) {
	if c == nil {
		return
	}
	detail.Image, detail.Labels, detail.Env, detail.Tty = c.Image, c.Labels, c.Env, c.Tty
	detail.OpenStdin = c.OpenStdin
	h := c.Healthcheck
	detail.Healthcheck = h
	detail.HasHealthcheck = h != nil && len(h.Test) > 0 && h.Test[0] != "NONE"
}

func inspectedState(detail *hosts.ContainerDetail, s *container.State) {
	if s == nil {
		return
	}
	detail.State, detail.Status = hosts.ContainerState(s.Status), string(s.Status)
	detail.ExitCode = s.ExitCode
	detail.StartedAt, detail.FinishedAt = parseTime(s.StartedAt), parseTime(s.FinishedAt)
	if s.Health != nil {
		detail.Health = health(s.Health.Status)
	}
	// A health check that the image brings shows only here on older engines.
	detail.HasHealthcheck = detail.HasHealthcheck || detail.Health != ""
}

func inspectedPorts(ports network.PortMap) []hosts.PublishedPort {
	var all []hosts.PublishedPort
	for port, bindings := range ports {
		p := hosts.PublishedPort{ContainerPort: port.Num(), Protocol: string(port.Proto())}
		if len(bindings) == 0 {
			all = append(all, p)
		}
		for _, b := range bindings {
			all = append(all, published(p, b))
		}
	}
	return sortPorts(all)
}

func published(p hosts.PublishedPort, b network.PortBinding) hosts.PublishedPort {
	if b.HostIP.IsValid() {
		p.HostIP = b.HostIP.String()
	}
	p.HostPort = parsePort(b.HostPort)
	return p
}

func volumesByDestination(list []container.MountPoint) map[string]string {
	var m map[string]string
	for _, mount := range list {
		if mount.Type != "volume" {
			continue
		}
		if m == nil {
			m = map[string]string{}
		}
		m[mount.Destination] = mount.Name
	}
	return m
}

// parseTime is the zero time for what the engine leaves empty or writes as
// year 1.
func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() <= 1 {
		return time.Time{}
	}
	return t
}

func aliases(networks map[string]*network.EndpointSettings) map[string][]string {
	all := map[string][]string{}
	for name, n := range networks {
		if n != nil && len(n.Aliases) > 0 {
			all[name] = n.Aliases
		}
	}
	return all
}
