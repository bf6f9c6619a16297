package hosts

import "context"

// Provider creates and destroys the machines of a location. Its own tag on
// each machine is the only truth about which are ours.
type Provider interface {
	// Create makes the host that is named, or returns it where it exists.
	Create(ctx context.Context, location Location, name string) (Host, error)
	// Destroy removes the host; one that does not exist is no error.
	Destroy(ctx context.Context, location Location, name string) error
	// List returns the hosts of the location that the provider holds.
	List(ctx context.Context, location Location) ([]Host, error)
}
