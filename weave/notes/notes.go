// Package notes names the files in which a host's driver tells what it found
// there. They stand in the folder that it shares with the router, in whose
// container they can be read from afar.
package notes

const (
	// Datapath holds the best way to carry frames that the host's kernel
	// allows: Fast or Sleeve.
	Datapath = "datapath"
	// Problem holds what keeps the fabric on the host from being as it should
	// be; it is empty where nothing does.
	Problem = "problem"
)

// The ways to carry frames.
const (
	// Fast is Open vSwitch in the kernel, with VXLAN between hosts.
	Fast = "fast"
	// Sleeve is the router itself: slower, and works everywhere.
	Sleeve = "sleeve"
)
