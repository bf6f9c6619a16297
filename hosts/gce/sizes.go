package gce

import (
	"context"
	"net/http"
	"net/url"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// machineType is a type as Compute Engine describes it.
type machineType struct {
	Name         string
	GuestCPUs    int64 `json:"guestCpus"`
	MemoryMB     int64 `json:"memoryMb"`
	Architecture string
	Deprecated   *struct{ State string }
}

// Sizes are the types of machines that the zone has. Compute Engine tells no prices.
func (p *provider) Sizes(ctx context.Context, l hosts.Location) ([]hosts.Size, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	query := url.Values{"maxResults": {"500"}}
	var sizes []hosts.Size
	for {
		var page struct {
			Items         []machineType
			NextPageToken string
		}
		if err := p.api.call(ctx, http.MethodGet, inZone(zone(l), "machineTypes"), query, nil, &page); err != nil {
			return nil, failed("list types of machines", err)
		}
		for _, t := range page.Items {
			if t.Deprecated == nil {
				sizes = append(sizes, t.size())
			}
		}
		if page.NextPageToken == "" {
			return sizes, nil
		}
		query.Set("pageToken", page.NextPageToken)
	}
}

func (t machineType) size() hosts.Size {
	s := hosts.Size{Name: t.Name, Resources: hosts.Resources{NanoCPUs: t.GuestCPUs * 1e9, MemoryBytes: t.MemoryMB << 20}}
	switch t.Architecture {
	case "X86_64":
		s.Arch = "amd64"
	case "ARM64":
		s.Arch = "arm64"
	}
	return s
}
