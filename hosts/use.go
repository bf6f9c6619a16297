package hosts

import "time"

// Use is what a machine was measured to use, containers or not.
type Use struct {
	// CPU is a part of all its CPUs, from 0 to 1.
	CPU float64 `json:"cpu"`
	// MemoryBytes are bytes that could not be given to a new program.
	MemoryBytes int64 `json:"memoryBytes"`
	// Age is how long before the observation it was measured.
	Age time.Duration `json:"age"`
}
