package wire

import (
	"github.com/vishvananda/netlink"

	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// Datapath tells the best datapath that the router can have here. Asking makes the
// kernel load Open vSwitch where it has it as a module.
func Datapath() string {
	if _, err := netlink.GenlFamilyGet("ovs_datapath"); err != nil {
		return notes.Sleeve
	}
	return notes.Fast
}
