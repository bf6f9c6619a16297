// Package notes names the files by which a host's driver and who manages the
// host from afar speak with each other. They stand in the folder that the driver
// shares with the router, in whose container they can be reached.
package notes

const (
	// Datapath holds the best way to carry frames that the host's kernel
	// allows: Fast or Sleeve.
	Datapath = "datapath"
	// Problem holds what keeps the fabric on the host from being as it should
	// be; it is empty where nothing does.
	Problem = "problem"
	// Control is the socket on which the driver takes requests: a POST to
	// PathWithhold.
	Control = "control.sock"
)

// A request to withhold the names of a container has two values: the name that
// it has in the pool, and for how many seconds at most; 0 withholds them no more.
const (
	PathWithhold   = "/withhold"
	ValueContainer = "container"
	ValueSeconds   = "seconds"
)

// The ways to carry frames.
const (
	// Fast is Open vSwitch in the kernel, with VXLAN between hosts.
	Fast = "fast"
	// Sleeve is the router itself: slower, and works everywhere.
	Sleeve = "sleeve"
)
