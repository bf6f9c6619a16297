package compose

import (
	"context"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Machines makes and deletes the hosts of locations that have a provider.
type Machines interface {
	// Locations are those of the pool that a provider serves, sorted by name.
	Locations() []hosts.Location
	// List returns the machines of a location, by name, those included that are
	// being made, are broken or go away.
	List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error)
	// Sizes returns what a machine of the location may be; nil where nobody can tell.
	Sizes(ctx context.Context, l hosts.Location) ([]hosts.Size, error)
	// Host is a machine as a host of its location.
	Host(l hosts.Location, m hosts.Machine) hosts.Host
	// Create orders a machine, or returns the one that has the name already. Size
	// may be "", for that of the template.
	Create(ctx context.Context, l hosts.Location, name, size string) (hosts.Machine, error)
	// Ready waits until a machine runs and SSH answers, and makes it a host; it
	// finishes what was begun. Tell is called with what it does.
	Ready(ctx context.Context, l hosts.Location, m hosts.Machine, tell func(string)) (hosts.Host, error)
	// Delete deletes a machine; that it isn't there is success.
	Delete(ctx context.Context, l hosts.Location, m hosts.Machine) error
}
