package docker

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ContainerUse is one sample of what a container uses. Engines before API 1.41
// take a second for it.
func (e *Engine) ContainerUse(ctx context.Context, name string) (hosts.ContainerUse, error) {
	var use hosts.ContainerUse
	err := e.short(ctx, "measure container "+name, func(ctx context.Context) error {
		answer, err := e.api.ContainerStats(ctx, name, client.ContainerStatsOptions{})
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		var sample container.StatsResponse
		if err := json.NewDecoder(answer.Body).Decode(&sample); err != nil {
			return err
		}
		use = sampled(sample)
		return nil
	})
	return use, err
}

func sampled(s container.StatsResponse) hosts.ContainerUse {
	use := hosts.ContainerUse{
		ID: s.ID, Name: strings.TrimPrefix(s.Name, "/"), Time: s.Read,
		CPU:         time.Duration(s.CPUStats.CPUUsage.TotalUsage),
		System:      time.Duration(s.CPUStats.SystemUsage),
		CPUs:        int(s.CPUStats.OnlineCPUs),
		MemoryBytes: usedMemory(s.MemoryStats),
		MemoryLimit: int64(s.MemoryStats.Limit),
		Processes:   int64(s.PidsStats.Current),
	}
	if use.CPUs == 0 {
		use.CPUs = len(s.CPUStats.CPUUsage.PercpuUsage)
	}
	for _, n := range s.Networks {
		use.NetworkIn += int64(n.RxBytes)
		use.NetworkOut += int64(n.TxBytes)
	}
	for _, b := range s.BlkioStats.IoServiceBytesRecursive {
		switch strings.ToLower(b.Op) {
		case "read":
			use.BlockRead += int64(b.Value)
		case "write":
			use.BlockWritten += int64(b.Value)
		}
	}
	return use
}

// usedMemory is without the files in the cache that nobody uses. Generation 1
// of cgroups has another word for them.
func usedMemory(m container.MemoryStats) int64 {
	for _, word := range []string{"total_inactive_file", "inactive_file"} {
		if cached, ok := m.Stats[word]; ok && cached < m.Usage {
			return int64(m.Usage - cached)
		}
	}
	return int64(m.Usage)
}
