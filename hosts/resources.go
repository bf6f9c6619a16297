package hosts

// Resources are amounts of a host's capacity, or of a replica's needs.
type Resources struct {
	// NanoCPUs are billionths of a CPU.
	NanoCPUs int64 `json:"nanoCPUs,omitempty"`
	// MemoryBytes are bytes of memory.
	MemoryBytes int64 `json:"memoryBytes,omitempty"`
	// Containers is a count of containers.
	Containers int `json:"containers,omitempty"`
}

// Add is the sum, part by part.
func (r Resources) Add(o Resources) Resources {
	return Resources{r.NanoCPUs + o.NanoCPUs, r.MemoryBytes + o.MemoryBytes, r.Containers + o.Containers}
}

// Sub is the difference, part by part; parts may become negative.
func (r Resources) Sub(o Resources) Resources {
	return Resources{r.NanoCPUs - o.NanoCPUs, r.MemoryBytes - o.MemoryBytes, r.Containers - o.Containers}
}
