package hosts

import "time"

// What the fabric's network driver is called and told. A network on the fabric
// is created on every host that needs it with the same subnet, a Range (the
// host's slice) of its own, and the slice's first address as Gateway.
const (
	// FabricDriver is the network driver's name on every host.
	FabricDriver = "clocker:latest"
	// FabricVolume is what the fabric keeps on a host. It holds nothing of anybody.
	FabricVolume = "clocker-fabric"
	// OptionZone is a network's driver option: the network's name in the pool,
	// under which the names of its containers are kept. Hosts whose networks
	// have the same zone share its names.
	OptionZone = "io.clocker.zone"
	// OptionNames is an endpoint's driver option: the names by which the
	// network's other containers find the container, separated by commas.
	OptionNames = "io.clocker.names"
	// OptionLinks is an endpoint's driver option: names that only this
	// container uses for others, "alias=name" separated by commas.
	OptionLinks = "io.clocker.links"
)

// NameTTL is how long who asked the fabric for a name may use the answer, in
// whole seconds.
const NameTTL = time.Second
