package execute

import (
	"context"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Carrier brings images from host to host without passing them through this
// machine. Implemented by hosts/courier.
type Carrier interface {
	// Offer makes a host give its images to others, and tells whether it can.
	Offer(ctx context.Context, host string) bool
	// Carry brings an image to a host from hosts that have it. The error is
	// hosts.ErrApart where the hosts don't reach each other; then this machine has
	// to carry.
	Carry(ctx context.Context, ref, to string, o hosts.CarryOptions) error
	// Close leaves nothing of what carrying took on any host.
	Close(ctx context.Context)
}
