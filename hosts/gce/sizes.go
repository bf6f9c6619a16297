package gce

import (
	"context"

	"google.golang.org/api/compute/v1"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Sizes are the types of machines that the zone has. Compute Engine tells no prices.
func (p *provider) Sizes(ctx context.Context, l hosts.Location) ([]hosts.Size, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var sizes []hosts.Size
	err := p.client.MachineTypes.List(p.project, zone(l)).MaxResults(500).Pages(ctx, func(page *compute.MachineTypeList) error {
		for _, t := range page.Items {
			if t.Deprecated == nil {
				sizes = append(sizes, size(t))
			}
		}
		return nil
	})
	return sizes, failed("list types of machines", err)
}

func size(t *compute.MachineType) hosts.Size {
	s := hosts.Size{Name: t.Name, Resources: hosts.Resources{NanoCPUs: t.GuestCpus * 1e9, MemoryBytes: t.MemoryMb << 20}}
	switch t.Architecture {
	case "X86_64":
		s.Arch = "amd64"
	case "ARM64":
		s.Arch = "arm64"
	}
	return s
}
