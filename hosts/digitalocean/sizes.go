package digitalocean

import (
	"context"
	"math"
	"slices"

	"github.com/digitalocean/godo"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Sizes are those of droplets that the region has, with what an hour costs in
// dollars, without taxes.
func (p *provider) Sizes(ctx context.Context, l hosts.Location) ([]hosts.Size, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	there, err := all(func(o *godo.ListOptions) ([]godo.Size, *godo.Response, error) { return p.client.Sizes.List(ctx, o) })
	if err != nil {
		return nil, failed("list sizes", err)
	}
	var sizes []hosts.Size
	for _, s := range there {
		if !s.Available || !slices.Contains(s.Regions, region(l)) {
			continue
		}
		sizes = append(sizes, hosts.Size{
			Name:      s.Slug,
			Resources: hosts.Resources{NanoCPUs: int64(s.Vcpus) * 1e9, MemoryBytes: int64(s.Memory) << 20},
			Arch:      "amd64", // the only one that there is
			Price:     &hosts.Price{Micros: int64(math.Round(s.PriceHourly * 1e6)), Currency: "USD"},
		})
	}
	return sizes, nil
}
