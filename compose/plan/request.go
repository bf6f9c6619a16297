package plan

import (
	"net/netip"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/compose/tree"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// Request is all that the plan of an `up` depends on.
type Request struct {
	Project *project.Project
	State   state.Snapshot
	// Several says that the pool has more than one host, answering or not:
	// networks are then on the fabric.
	Several bool
	// Joined tells for each host whether the fabric is on it and current.
	Joined map[string]bool
	// Refused is why hosts aren't to be joined to the fabric, by name; a host
	// that may be is missing.
	Refused map[string]string
	// Locations are all that are declared, by name, for their strategies.
	Locations map[string]hosts.Location
	// Fleets are the locations of the pool whose hosts providers make, by name.
	Fleets []Fleet
	// Range is where the fabric's networks get their subnets from, and Size
	// the prefix length of one; 0 chooses by the number of hosts.
	Range netip.Prefix
	Size  int
	// Trees are the project's paths that services mount, by path, as they are on
	// this machine. A path that doesn't exist, and isn't to be made, is missing.
	Trees map[string]*tree.Tree
	// Environment is what containers of a host get whatever their service says,
	// by host; Credentials is what use_api_socket puts into a container.
	Environment map[string]map[string]string
	Credentials []byte
	// Verdicts are what programs of the user's said, by program.
	Verdicts map[string]*scheduler.Verdicts
	// Due are the images that are there, and to be looked for again: the interval
	// of their service's pull policy has passed since they were pulled.
	Due map[HostService]bool
	Options
}

// HostService is a service on one host.
type HostService struct{ Host, Service string }

// Options are what a user may ask of an `up`.
type Options struct {
	// Oneoff is a container of `run` to be created beside what is brought up,
	// which then is what the service in Services depends on; nil for none.
	Oneoff *container.Oneoff
	// JoinHosts makes hosts of machines without an engine first.
	JoinHosts bool
	// Services to bring up, with what they depend on; none is all.
	Services []string
	// Pull is always, missing or never; "" leaves it to each service.
	Pull string
	// Pulled says that images with the policy "always" have just been pulled.
	Pulled bool
	// Build is what is built, and how.
	Build BuildOptions
	// Scale overrides the number of replicas by service.
	Scale         map[string]int
	RemoveOrphans bool
	IgnoreOrphans bool
	ForceRecreate bool
	NoRecreate    bool
	// MovesOnly leaves everything as it is, but for replicas that have to leave
	// their hosts.
	MovesOnly          bool
	NoStart            bool
	NoDeps             bool
	AlwaysRecreateDeps bool
	RenewAnonVolumes   bool
	// Rebalance moves replicas to make the pool even, MaxMoves at most; 0 is no
	// bound. It goes with MovesOnly.
	Rebalance bool
	MaxMoves  int
	// Explain ranks the hosts for replicas.
	Explain Explain
	// RenewVolumes are the names of volumes that differ from the files and may
	// be made again, with the loss of their data.
	RenewVolumes []string
	// Wait adds steps that wait until every replica is running or healthy.
	Wait bool
	// Timeout of stopping a container; nil is its own.
	Timeout *time.Duration
}
