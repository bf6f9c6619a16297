package project

import "github.com/clocker-compose/clocker-compose/hosts"

// whereHost is the place that declares a host. Of hosts that have one name in
// one location, nth counts which is meant.
func whereHost(h hosts.Host, p *Project, c Config, nth int) string {
	src, at, location := c.sources, path{}.key("locations"), c.Locations[h.Location]
	if p != nil {
		if own, ok := p.Clocker.Locations[h.Location]; ok {
			src, at, location = p.sources, path{}.key(extension).key("locations"), own
		}
	}
	found := -1
	for i, other := range location.Hosts {
		if other.Name != h.Name {
			continue
		}
		if found < 0 || nth > 0 {
			found = i
		}
	}
	if found < 0 {
		return "location " + h.Location
	}
	place, _ := src.find(at.key(h.Location).key("hosts").element(found, nil), false)
	return place.String()
}
