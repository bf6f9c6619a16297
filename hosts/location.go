package hosts

import "time"

// Location is a named set of hosts that share how they are reached or created.
type Location struct {
	Name string `json:"name"`
	// Hosts are the machines that exist, each with Location and the merged Labels set.
	Hosts []Host `json:"hosts,omitempty"`
	// Labels are inherited by the hosts.
	Labels map[string]string `json:"labels,omitempty"`
	// Strategies are rules of this location, applied before a service's own.
	Strategies []Strategy `json:"strategies,omitempty"`
	// Provider is the name of what makes its hosts; "" where they exist.
	Provider string `json:"provider,omitempty"`
	// Template is what a new machine is like.
	Template Template `json:"template,omitempty"`
	// Directory is that of the file which declares the location.
	Directory string `json:"-"`
	// Min and Max bound the number of machines that the provider has made.
	Min int `json:"min,omitempty"`
	Max int `json:"max,omitempty"`
	// Headroom is the spare capacity to keep; the zero value is none.
	Headroom Headroom `json:"headroom,omitzero"`
	// RemoveEmpty lets hosts without containers be destroyed, when they have been
	// there, and watched, too many, for the time of RemoveDelay.
	RemoveEmpty bool          `json:"removeEmpty,omitempty"`
	RemoveDelay time.Duration `json:"removeDelay,omitempty"`
}

// Headroom is spare capacity, each part counted only where it is not zero.
type Headroom struct {
	Containers  int     `json:"containers,omitempty"`
	Percent     float64 `json:"percent,omitempty"`
	NanoCPUs    int64   `json:"nanoCPUs,omitempty"`
	MemoryBytes int64   `json:"memoryBytes,omitempty"`
}

// Strategy is one rule of placement as the user wrote it: its name in our
// spelling, and its value as decoded from YAML (nil, bool, int, float64,
// string, []any or map[string]any). The scheduler gives it a meaning.
type Strategy struct {
	Name  string `json:"name"`
	Value any    `json:"value,omitempty"`
}
