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
	// Carry brings an image to a host from those of the hosts that have it, the
	// preferred one first. The error is hosts.ErrApart where the hosts don't reach
	// each other; then this machine has to carry.
	Carry(ctx context.Context, ref, to string, from []string, progress func(hosts.PullProgress)) error
	// Close leaves nothing of what carrying took on any host.
	Close(ctx context.Context)
}
