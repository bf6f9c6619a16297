package hosts

import "time"

// Use is what a machine was measured to use, containers or not.
type Use struct {
	// CPU is a part of all its CPUs, from 0 to 1, over the Window that ended when
	// it was measured.
	CPU    float64       `json:"cpu"`
	Window time.Duration `json:"window,omitempty"`
	// MemoryBytes are bytes that could not be given to a new program.
	MemoryBytes int64 `json:"memoryBytes"`
	// Disk is the file system on which the engine keeps containers; the zero
	// value where it wasn't measured.
	Disk Disk `json:"disk,omitzero"`
	// Age is how long before the observation it was measured.
	Age time.Duration `json:"age"`
}

// Disk is how large a file system is, and how much of it programs may still
// take, in bytes.
type Disk struct {
	TotalBytes int64 `json:"totalBytes"`
	FreeBytes  int64 `json:"freeBytes"`
}

// maxUseAge is the age from which a measurement says nothing of now. A meter
// that works measures several times as often.
const maxUseAge = time.Minute

// Fresh tells whether there is a measurement that still says something.
func (u *Use) Fresh() bool { return u != nil && u.Age <= maxUseAge }

// Reading is one measurement as a meter on the host writes it, a line of JSON.
type Reading struct {
	// Time is the end of the window, by the host's own clock.
	Time time.Time `json:"time"`
	// WindowSeconds is how long CPU was looked at.
	WindowSeconds float64 `json:"window"`
	// CPU is a part of all CPUs, from 0 to 1, MemoryBytes and Disk are as in Use.
	CPU         float64 `json:"cpu"`
	MemoryBytes int64   `json:"memory"`
	Disk        Disk    `json:"disk,omitzero"`
}

// Use is what the reading says when the host's own clock shows now.
func (r Reading) Use(now time.Time) *Use {
	return &Use{
		CPU: r.CPU, Window: time.Duration(r.WindowSeconds * float64(time.Second)).Round(time.Second),
		MemoryBytes: r.MemoryBytes, Disk: r.Disk, Age: max(0, now.Sub(r.Time)).Round(time.Second),
	}
}
