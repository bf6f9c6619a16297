package project

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// CurrentContext is the name that stands for the current Docker context where a
// location is asked for, and for the host that it is.
const CurrentContext = "default"

// Pool is the hosts that may be used, sorted by name: those that the files
// declare, and of those that were made the ones of the same locations. A
// location that may get some later needs none. The hosts are those of
//
//  1. the locations that choice names, separated by commas;
//  2. the locations that the project and its services name;
//  3. all locations that the compose files declare;
//  4. the default of the config file, or its only location;
//  5. the current Docker context alone.
//
// The first of these that says anything counts. The name "default" is the
// current context, unless a location is called so. p may be nil.
func Pool(p *Project, c Config, choice string, current hosts.Endpoint, made ...hosts.Host) ([]hosts.Host, error) {
	wanted, err := wantedLocations(p, c, choice)
	if err != nil {
		return nil, err
	}
	if len(wanted) == 0 {
		return []hosts.Host{contextHost(current)}, nil
	}
	if err := chosenExist(p, c, wanted); err != nil {
		return nil, err
	}
	declared := declaredIn(p, c)
	var pool []hosts.Host
	grows := false
	for _, name := range wanted {
		l, ok := declared[name]
		if !ok {
			pool = append(pool, contextHost(current))
		}
		pool = append(pool, l.Hosts...)
		grows = grows || l.Provider != ""
	}
	for _, h := range made {
		if slices.Contains(wanted, h.Location) {
			pool = append(pool, h)
		}
	}
	if len(pool) == 0 && !grows {
		return nil, fmt.Errorf("location %s has no hosts; add one with `hosts add`", list(wanted))
	}
	slices.SortFunc(pool, func(a, b hosts.Host) int { return strings.Compare(a.Name, b.Name) })
	return pool, unique(pool, p, c)
}

// Locations are those of the pool that the files declare, sorted by name.
func Locations(p *Project, c Config, choice string) ([]hosts.Location, error) {
	wanted, err := wantedLocations(p, c, choice)
	if err != nil {
		return nil, err
	}
	declared := declaredIn(p, c)
	var all []hosts.Location
	for _, name := range wanted {
		if l, ok := declared[name]; ok {
			all = append(all, l)
		}
	}
	return all, chosenExist(p, c, wanted)
}

// wantedLocations are names, sorted and each once; none is the current context.
func wantedLocations(p *Project, c Config, choice string) ([]string, error) {
	if choice != "" {
		return distinct(splitNames(choice)), nil
	}
	if p != nil {
		if err := p.checkLocations(c); err != nil {
			return nil, err
		}
		if named := p.namedLocations(); len(named) > 0 {
			return named, nil
		}
		if len(p.Clocker.Locations) > 0 {
			return slices.Sorted(maps.Keys(p.Clocker.Locations)), nil
		}
	}
	return c.defaultLocations()
}

// defaultLocations are what the config file says where nothing else does.
func (c Config) defaultLocations() ([]string, error) {
	declared := slices.Sorted(maps.Keys(c.Locations))
	switch {
	case c.Default != "":
		return []string{c.Default}, nil
	case len(declared) > 1:
		return nil, fmt.Errorf("%s declares %s, and none of them is the default: set `default:` there, or choose one with --location", c.path, list(declared))
	}
	return declared, nil
}

// namedLocations are those that the project and its services name.
func (p *Project) namedLocations() []string {
	named := slices.Clone(p.Clocker.Location)
	for service := range p.Services {
		named = append(named, p.ServiceClocker(service).Location...)
	}
	return distinct(named)
}

// chosenExist checks locations that were chosen for one call.
func chosenExist(p *Project, c Config, chosen []string) error {
	declared := declaredIn(p, c)
	for _, name := range chosen {
		if _, ok := declared[name]; !ok && name != CurrentContext {
			return unknownLocation(name, declared)
		}
	}
	return nil
}

// checkLocations reports locations that are named and declared nowhere.
func (p *Project) checkLocations(c Config) error {
	declared := declaredIn(p, c)
	at := path{}.key(extension).key("location")
	problems := unknownLocations(at, p.Clocker.Location, declared)
	for _, service := range slices.Sorted(maps.Keys(p.services)) {
		at := path{}.key("services").key(service).key(extension).key("location")
		if _, own := p.sources.find(at, false); own {
			problems = append(problems, unknownLocations(at, p.services[service].Location, declared)...)
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return p.sources.locate(problems)
}

func unknownLocations(at path, named []string, declared map[string]hosts.Location) []problem {
	var problems []problem
	for i, name := range named {
		if _, ok := declared[name]; ok || name == CurrentContext {
			continue
		}
		problems = append(problems, problem{path: at.element(i, name), message: unknownLocation(name, declared).Error()})
	}
	return problems
}

func unknownLocation(name string, declared map[string]hosts.Location) error {
	if len(declared) == 0 {
		return fmt.Errorf("there is no location %q; declare it under x-clocker.locations or in the config file", name)
	}
	return fmt.Errorf("there is no location %q%s", name, suggest(name, slices.Collect(maps.Keys(declared))))
}

// declaredIn are all locations by name; the compose files win over the config file.
func declaredIn(p *Project, c Config) map[string]hosts.Location {
	all := map[string]hosts.Location{}
	maps.Copy(all, c.Locations)
	if p != nil {
		maps.Copy(all, p.Clocker.Locations)
	}
	return all
}

// contextHost is the current Docker context as a host.
func contextHost(current hosts.Endpoint) hosts.Host {
	h := hosts.Host{Name: CurrentContext, Location: CurrentContext, Endpoint: current, Address: addressOf(current), Availability: hosts.Active}
	if current.Context != "" {
		h.Name = current.Context
	}
	return h
}

// unique checks that no two hosts have one name, and says where they stand.
func unique(pool []hosts.Host, p *Project, c Config) error {
	for i := 1; i < len(pool); i++ {
		a, b := pool[i-1], pool[i]
		if a.Name == b.Name {
			return fmt.Errorf("two hosts are called %q: %s and %s; give one of them another name", a.Name, whereHost(a, p, c, 0), whereHost(b, p, c, 1))
		}
	}
	return nil
}

func splitNames(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
