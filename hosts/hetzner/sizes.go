package hetzner

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Sizes are the types of server that the region has, with what an hour costs
// with taxes. The currency is the account's, and takes a request of its own.
func (p *provider) Sizes(ctx context.Context, l hosts.Location) ([]hosts.Size, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	types, err := p.client.ServerType.AllWithOpts(ctx, hcloud.ServerTypeListOpts{ListOpts: hcloud.ListOpts{PerPage: 50}})
	if err != nil {
		return nil, failed("list types of server", err)
	}
	pricing, _, err := p.client.Pricing.Get(ctx)
	if err != nil {
		return nil, failed("ask for prices", err)
	}
	var sizes []hosts.Size
	for _, t := range types {
		hourly, ok := offered(t, region(l))
		if !ok {
			continue
		}
		size := size(t)
		if size.Price, err = price(hourly, pricing.Currency); err != nil {
			return nil, fmt.Errorf("price of server type %s: %w", t.Name, err)
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}

// offered is what an hour costs in the region; ok is false where new servers of
// the type can't be had there.
func offered(t *hcloud.ServerType, region string) (hourly hcloud.Price, ok bool) {
	for _, at := range t.Locations {
		if at.Location.Name == region && at.IsDeprecated() {
			return hourly, false
		}
	}
	for _, at := range t.Pricings {
		if at.Location.Name == region {
			return at.Hourly, true
		}
	}
	return hourly, false
}

func size(t *hcloud.ServerType) hosts.Size {
	s := hosts.Size{Name: t.Name, Resources: hosts.Resources{
		NanoCPUs:    int64(t.Cores) * 1e9,
		MemoryBytes: int64(float64(t.Memory) * (1 << 30)),
	}}
	switch t.Architecture {
	case hcloud.ArchitectureX86:
		s.Arch = "amd64"
	case hcloud.ArchitectureARM:
		s.Arch = "arm64"
	}
	return s
}

func price(p hcloud.Price, currency string) (*hosts.Price, error) {
	gross, err := strconv.ParseFloat(p.Gross, 64)
	if err != nil {
		return nil, err
	}
	return &hosts.Price{Micros: int64(math.Round(gross * 1e6)), Currency: currency}, nil
}
