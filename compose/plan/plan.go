// Package plan decides: from what is asked for (a project) and what one sweep
// observed (a snapshot) it makes a [Plan], the typed list of steps that turns
// the one into the other. It is pure: no context, clock, randomness, logging
// or I/O. The same input gives the same plan, to the byte.
package plan

import (
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// Plan is a graph of steps.
type Plan struct {
	// Project is the project's name.
	Project string
	// Steps are in an order in which they could run one after the other.
	Steps []Step
	// Placements are where each replica goes, in order of service and number.
	Placements []scheduler.Decision
	// Replicas say what becomes of each replica: those of Placements in the same
	// order, and then those that are removed.
	Replicas []Replica
	// Gain says what a rebalance makes more even.
	Gain []string
	// Left says what a rebalance leaves where it is, and why.
	Left []string
	// Hosts are those of the pool, sorted by name.
	Hosts []hosts.Host
	// Explained tells that Placements rank the hosts where that was wanted.
	Explained bool
	// Unchanged are the containers that stay as they are.
	Unchanged []Container
	// Diverged are the names of volumes that differ from the files and are kept,
	// because they hold data.
	Diverged []string
	// Warnings are sentences for the user.
	Warnings []string
	// LeftOut are sentences about replicas that aren't made, because no host for
	// them can be had for now.
	LeftOut []string
}

// Container names a container of the plan's project on its host.
type Container struct {
	Host    string
	Service string
	Name    string
}

// Empty tells whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }

// Step is one effect on one host.
type Step struct {
	// ID is unique in the plan and stable: "h1/create container shop-web-1".
	ID string
	// Host is the name of the host it acts on.
	Host string
	// Action is what is done.
	Action Action
	// Reason is from the fixed vocabulary of this package.
	Reason Reason
	// After are the IDs of the steps that must be done before.
	After []string
	// Destructive steps put data at stake, and are confirmed. Risk is a sentence
	// that says how.
	Destructive bool
	Risk        string
}

// Reason is why a step is in the plan.
type Reason string

// The reasons.
const (
	ReasonMissing        Reason = "missing"
	ReasonRun            Reason = "run"
	ReasonScaleUp        Reason = "scale up"
	ReasonScaleDown      Reason = "scale down"
	ReasonConfigChanged  Reason = "configuration changed"
	ReasonImageChanged   Reason = "image changed"
	ReasonNetworkChanged Reason = "network changed"
	ReasonVolumeChanged  Reason = "volume changed"
	ReasonFilesChanged   Reason = "files changed"
	ReasonMoved          Reason = "moved to another host"
	ReasonForced         Reason = "forced"
	ReasonParent         Reason = "depends on a recreated service"
	ReasonInterrupted    Reason = "left by an interrupted run"
	ReasonStopped        Reason = "not running"
	ReasonOrphan         Reason = "orphan"
	ReasonDown           Reason = "down"
	ReasonPull           Reason = "pull policy"
	ReasonHostPath       Reason = "must be there"
	ReasonEngine         Reason = "no engine answers there"
	ReasonFabric         Reason = "host joins the network"
	ReasonHook           Reason = "pre_start hook"
	ReasonPeers          Reason = "another host joins the network"
	ReasonDependency     Reason = "dependency"
	ReasonAsked          Reason = "asked for"
)
