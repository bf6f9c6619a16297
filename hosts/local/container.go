package local

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// socket is where the client in the container looks for the engine.
const socket = "unix:///var/run/docker.sock"

// spec is the container of an order. Its engine listens on its socket alone, and
// keeps everything on a volume: layers can't be laid over those of a container.
func (p *Provider) spec(o hosts.Order) hosts.ContainerSpec {
	return hosts.ContainerSpec{
		Name: containerName(o),
		Config: &container.Config{
			Image: p.image, Hostname: o.Name,
			Cmd:    slices.Concat([]string{"dockerd", "--host=" + socket}, p.arguments),
			Labels: map[string]string{hosts.TagLocation: o.Location.Name, hosts.TagName: o.Name, hosts.TagHostKey: o.HostKey},
		},
		HostConfig: &container.HostConfig{
			Privileged:    true,
			RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyUnlessStopped},
			Mounts:        []mount.Mount{{Type: mount.TypeVolume, Target: "/var/lib/docker"}},
		},
	}
}

// containerName is one for each location and host. Readers get the host's, and
// what keeps locations apart is the end.
func containerName(o hosts.Order) string {
	sum := sha256.Sum256([]byte(o.Location.Name + "\x00" + o.Name))
	return o.Name + "-" + hex.EncodeToString(sum[:5])
}

// machine is what a container tells of the machine that it is.
func machine(c hosts.Container) hosts.Machine {
	m := hosts.Machine{
		ID: c.ID, Name: c.Labels[hosts.TagName], Location: c.Labels[hosts.TagLocation], HostKey: c.Labels[hosts.TagHostKey],
		Endpoint: "container://" + c.Name, User: "root", Created: c.Created,
	}
	for _, a := range c.Attachments {
		if a.Address.IsValid() {
			m.Address = a.Address.String()
			break
		}
	}
	switch c.State {
	case hosts.Running:
		m.State = hosts.MachineRunning
	case hosts.Created:
		m.State = hosts.MachineMaking
	case hosts.Removing:
		m.State = hosts.MachineDeleting
	case hosts.Paused:
		m.State, m.Fault = hosts.MachineBroken, fmt.Sprintf("its container is paused; see: docker unpause %s", c.Name)
	default:
		m.State, m.Fault = hosts.MachineBroken, fmt.Sprintf("its container is %s; see: docker logs %s, and start it with: docker start %s", strings.ToLower(c.Status), c.Name, c.Name)
	}
	return m
}

// explain says what refusals of containers that may do everything come of.
func explain(err error) error {
	if text := err.Error(); strings.Contains(text, "privileged") || strings.Contains(text, "operation not permitted") {
		return fmt.Errorf("%w; the engine has to allow privileged containers, which one without root doesn't", err)
	}
	return err
}
