// Package datapath names the ways in which the router carries frames, and
// where a host's driver tells which of them its kernel allows.
package datapath

// The ways.
const (
	// Fast is Open vSwitch in the kernel, with VXLAN between hosts.
	Fast = "fast"
	// Sleeve is the router itself: slower, and works everywhere.
	Sleeve = "sleeve"
)

// File is in the folder that router and driver share. It holds the best way
// that the host's kernel allows.
const File = "datapath"
