package main

import (
	"context"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/machines"
)

// sizesTimeout is how long a provider may take to tell its sizes for a list.
const sizesTimeout = 10 * time.Second

// prices are what an hour of a location's sizes costs, by location and size.
type prices map[[2]string]hosts.Price

// prices asks the providers of hosts that were made, all at once. What isn't
// known is left out: a list of hosts is worth something without it.
func (s *session) prices(ctx context.Context, all []hosts.Host) prices {
	locations, err := s.allLocations(s.declaring(ctx))
	if err != nil {
		return nil
	}
	var used []hosts.Location
	for name, l := range locations {
		for _, h := range all {
			if h.Machine != nil && h.Location == name {
				used = append(used, l)
				break
			}
		}
	}
	found := prices{}
	var mu sync.Mutex
	var work sync.WaitGroup
	m := s.machines(used)
	for _, l := range m.Locations() {
		work.Go(func() {
			sizes := sizesOf(ctx, m, l)
			mu.Lock()
			defer mu.Unlock()
			for _, size := range sizes {
				if size.Price != nil {
					found[[2]string{l.Name, size.Name}] = *size.Price
				}
			}
		})
	}
	work.Wait()
	return found
}

func sizesOf(ctx context.Context, m *machines.Machines, l hosts.Location) []hosts.Size {
	ctx, cancel := context.WithTimeout(ctx, sizesTimeout)
	defer cancel()
	sizes, err := m.Sizes(ctx, l)
	if err != nil {
		return nil
	}
	return sizes
}

// of is the price of a host's hour, nil where nobody knows.
func (p prices) of(h hosts.Host) *hosts.Price {
	if h.Machine == nil {
		return nil
	}
	price, ok := p[[2]string{h.Location, h.Machine.Size}]
	if !ok {
		return nil
	}
	return &price
}

// text is "0.0080 EUR/h", "-" where nobody knows.
func (p prices) text(h hosts.Host) string {
	price := p.of(h)
	if price == nil {
		return "-"
	}
	return plan.PriceText(*price) + "/h"
}
