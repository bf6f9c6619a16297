package buildx

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/docker/cli/opts"
	"github.com/moby/moby/api/types/container"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// setOption gives a container what `buildx create --driver-opt` was given.
func setOption(to *hosts.ContainerSpec, key, value string) (err error) {
	host := to.HostConfig
	switch key {
	case "image":
		to.Config.Image = value
	case "network":
		host.NetworkMode = container.NetworkMode(value)
	case "memory":
		host.Memory, err = bytesOf(value)
	case "memory-swap":
		host.MemorySwap, err = swapOf(value)
	case "cpu-period":
		host.CPUPeriod, err = strconv.ParseInt(value, 10, 64)
	case "cpu-quota":
		host.CPUQuota, err = strconv.ParseInt(value, 10, 64)
	case "cpu-shares":
		host.CPUShares, err = strconv.ParseInt(value, 10, 64)
	case "cpuset-cpus":
		host.CpusetCpus = value
	case "cpuset-mems":
		host.CpusetMems = value
	case "cgroup-parent":
		host.CgroupParent = value
	case "restart-policy":
		host.RestartPolicy, err = opts.ParseRestartPolicy(value)
	case "default-load", "provenance-add-gha", "allow-untrusted-image": // of no concern to a container
	default:
		name, found := strings.CutPrefix(key, "env.")
		if !found || name == "" {
			return errors.New("buildx knows none of that name for its driver docker-container")
		}
		to.Config.Env = append(to.Config.Env, fmt.Sprintf("%s=%s", name, value))
	}
	return err
}

func bytesOf(value string) (int64, error) {
	var size opts.MemBytes
	err := size.Set(value)
	return size.Value(), err
}

func swapOf(value string) (int64, error) {
	var size opts.MemSwapBytes
	err := size.Set(value)
	return size.Value(), err
}
