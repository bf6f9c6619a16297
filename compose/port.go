package compose

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// PortOptions select ports of a replica.
type PortOptions struct {
	// Port is the container's; 0 is all.
	Port uint16
	// Protocol is "tcp", "udp" or "sctp"; "" is all.
	Protocol string
}

// PortRow is the replica whose ports are asked for, with those of its ports
// that the options select.
type PortRow struct {
	PsRow
	Ports []hosts.PublishedPort
}

// Port finds where the ports of a replica answer, by container port and
// protocol. That it has no such port is an error.
func Port(ctx context.Context, env *Env, r Replica, o PortOptions) (PortRow, error) {
	found, err := env.locate(ctx, r)
	if err != nil {
		return PortRow{}, err
	}
	row := PortRow{PsRow: found}
	for _, p := range found.Ports {
		if (o.Protocol == "" || p.Protocol == o.Protocol) && (o.Port == 0 || p.ContainerPort == o.Port) {
			row.Ports = append(row.Ports, p)
		}
	}
	if o.Port != 0 && len(row.Ports) == 0 {
		return row, noPort(row.PsRow, o)
	}
	slices.SortStableFunc(row.Ports, func(a, b hosts.PublishedPort) int { return cmp.Compare(a.ContainerPort, b.ContainerPort) })
	return row, nil
}

func noPort(r PsRow, o PortOptions) error {
	var has []string
	for _, p := range r.Ports {
		has = append(has, fmt.Sprintf("%d/%s", p.ContainerPort, p.Protocol))
	}
	return fmt.Errorf("no port %d/%s for container %s: %s", o.Port, o.Protocol, r.Name, strings.Join(has, ", "))
}
