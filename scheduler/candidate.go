package scheduler

import (
	"maps"
	"slices"
)

// replicas counts the replicas of the task's service on the host.
func (c *Candidate) replicas(t *Task) int { return c.Replicas[serviceKey(t)] }

func serviceKey(t *Task) string { return t.Project + "/" + t.Service }

// draw takes from the host what the task uses of it.
func (c *Candidate) draw(t *Task) {
	c.Containers++
	c.Reserved.NanoCPUs += t.Needs.NanoCPUs
	c.Reserved.MemoryBytes += t.Needs.MemoryBytes
	c.Ports = append(c.Ports, t.Ports...)
	c.Replicas[serviceKey(t)]++
}

// clone copies the candidate as deep as draw changes it.
func (c *Candidate) clone() Candidate {
	d := *c
	d.Ports = slices.Clone(c.Ports)
	d.Replicas = maps.Clone(c.Replicas)
	if d.Replicas == nil {
		d.Replicas = map[string]int{}
	}
	return d
}
