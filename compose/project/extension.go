package project

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// decode reads x-clocker of the project and of each service, disabled ones
// included, and reports everything that is wrong in them at once.
func (p *Project) decode(o Options) error {
	d := &decoder{catalog: o.Strategies, providers: o.Providers}
	at := path{}.key(extension)
	declared := decodeExtension[declaredProject](d, at, p.Extensions)
	services := map[string]declaredService{}
	all := p.AllServices()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		at := path{}.key("services").key(name).key(extension)
		services[name] = decodeExtension[declaredService](d, at, all[name].Extensions)
		d.checkPreferences(path{}.key("services").key(name), all[name])
		d.checkInstall(at, all[name], services[name])
		p.checkNeighbours(d, at, services[name].Placement)
	}
	p.checkNeighbours(d, at, declared.Placement)
	if len(d.problems) > 0 {
		return p.sources.locate(d.problems)
	}
	p.Clocker = p.clocker(at, declared)
	p.services = map[string]ServiceClocker{}
	for name, s := range services {
		p.services[name] = p.serviceClocker(all[name], s, declared)
	}
	if o.Location != "" {
		p.choose(splitNames(o.Location))
	}
	return nil
}

// decodeExtension reads the extension among others; none is the zero T.
func decodeExtension[T any](d *decoder, at path, extensions types.Extensions) T {
	var out T
	v, ok := extensions[extension]
	if !ok || v == nil {
		return out
	}
	d.decode(at, v, &out)
	return out
}

// clocker is what the project's declared x-clocker means.
func (p *Project) clocker(at path, declared declaredProject) Clocker {
	c := Clocker{
		Location:  declared.Location,
		Placement: declared.Placement.placement(nil),
		Network:   declared.Network.network(),
		Build:     Build{Host: declared.Build.Host, Location: declared.Build.Location, Builder: string(declared.Build.Builder)},
	}
	for name, l := range declared.Locations {
		if c.Locations == nil {
			c.Locations = map[string]hosts.Location{}
		}
		c.Locations[name] = p.sources.location(at.key("locations").key(name), name, l, p.WorkingDir)
	}
	return c
}

// serviceClocker is a service's declared x-clocker over the project's.
func (p *Project) serviceClocker(service types.ServiceConfig, own declaredService, project declaredProject) ServiceClocker {
	s := ServiceClocker{
		Location: own.Location, Placement: own.Placement.over(project.Placement).placement(preferences(service)),
		Build: Build{Host: own.Build.Host, Location: own.Build.Location, Builder: string(own.Build.Builder)}, Checksum: string(own.Build.Checksum),
		Install: own.Image.Commit,
	}
	if s.Build.Host == "" && s.Build.Location == "" {
		s.Build.Host, s.Build.Location = p.Clocker.Build.Host, p.Clocker.Build.Location
	}
	s.Build.Builder = cmp.Or(s.Build.Builder, p.Clocker.Build.Builder)
	if s.Location == nil {
		s.Location = p.Clocker.Location
	}
	return s
}

// choose puts locations in place of all that the files name.
func (p *Project) choose(locations []string) {
	p.Clocker.Location = locations
	for name, s := range p.services {
		s.Location = locations
		p.services[name] = s
	}
}

func (n declaredNetwork) network() Network {
	out := Network{CIDR: netip.Prefix(n.CIDR), Size: int(n.Size), Encrypt: n.Encrypt == nil || *n.Encrypt}
	if !out.CIDR.IsValid() {
		out.CIDR = netip.MustParsePrefix(DefaultCIDR)
	}
	return out
}
