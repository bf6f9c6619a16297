package hosts

import "time"

// ContainerFilter selects containers of a host.
type ContainerFilter struct {
	// Labels are KEY or KEY=VALUE, of which a container has all.
	Labels []string
	// All takes those that don't run, too.
	All bool
}

// EventOptions select events of containers.
type EventOptions struct {
	// Label is KEY or KEY=VALUE.
	Label string
	// Since and Until are RFC 3339, Unix seconds or a Go duration before now. With
	// Since, what the engine remembers from then on comes first; without Until
	// there is no end.
	Since, Until string
	// Began is called once when the engine has begun to listen: what happens from
	// then on isn't missed. It may be nil.
	Began func()
}

// Processes are those of a container, as the host's ps tells of them.
type Processes struct {
	// Titles are the columns: "UID", "PID", …, "CMD".
	Titles []string
	// Rows have a value for each title.
	Rows [][]string
}

// ContainerUse is what a container uses at a moment, and has used up to it. It
// is empty but for the names where the container doesn't run.
type ContainerUse struct {
	ID, Name string
	Time     time.Time
	// CPU is the time that it has used of all CPUs, System that which all
	// programs of the host had and what was left of it, added up over CPUs.
	CPU, System time.Duration
	CPUs        int
	// MemoryBytes leaves out cached files that could be let go.
	MemoryBytes, MemoryLimit int64
	// NetworkIn and NetworkOut are bytes on all interfaces.
	NetworkIn, NetworkOut int64
	// BlockRead and BlockWritten are bytes on all disks.
	BlockRead, BlockWritten int64
	// Processes counts processes and threads.
	Processes int64
}
