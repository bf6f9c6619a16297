package container

import (
	"errors"
	"slices"

	"github.com/moby/moby/api/types/container"
)

// hostConfig is what ties the container to its host.
func (r *replica) hostConfig() (*container.HostConfig, error) {
	storage, storageErr := r.storage()
	ports, portErr := r.portBindings()
	security, securityErr := r.security()
	dns, dnsErr := r.dns()
	host := &container.HostConfig{
		Binds:          storage.binds,
		LogConfig:      r.logConfig(),
		NetworkMode:    r.networkMode(),
		PortBindings:   ports,
		RestartPolicy:  r.restartPolicy(),
		VolumeDriver:   r.VolumeDriver,
		VolumesFrom:    r.VolumesFrom,
		Annotations:    r.Annotations,
		CapAdd:         r.CapAdd,
		CapDrop:        r.CapDrop,
		CgroupnsMode:   container.CgroupnsMode(r.Cgroup),
		DNS:            dns,
		DNSOptions:     r.DNSOpts,
		DNSSearch:      r.DNSSearch,
		ExtraHosts:     r.extraHosts(),
		GroupAdd:       r.GroupAdd,
		IpcMode:        container.IpcMode(r.Ipc),
		Links:          r.engineLinks(),
		OomScoreAdj:    int(r.OomScoreAdj),
		PidMode:        container.PidMode(r.Pid),
		Privileged:     r.Privileged,
		ReadonlyRootfs: r.ReadOnly,
		SecurityOpt:    security.options,
		StorageOpt:     r.StorageOpt,
		Tmpfs:          r.tmpfs(),
		UTSMode:        container.UTSMode(r.Uts),
		UsernsMode:     container.UsernsMode(r.UserNSMode),
		ShmSize:        int64(r.ShmSize),
		Sysctls:        r.Sysctls,
		Runtime:        r.Runtime,
		Umask:          r.Umask,
		Isolation:      container.Isolation(r.Isolation),
		Resources:      r.resources(),
		Mounts:         storage.mounts,
		Init:           r.Init,
	}
	if security.unmasked {
		host.MaskedPaths, host.ReadonlyPaths = []string{}, []string{}
	}
	return host, errors.Join(storageErr, portErr, securityErr, dnsErr)
}

func (r *replica) logConfig() container.LogConfig {
	if r.Logging == nil {
		return container.LogConfig{}
	}
	return container.LogConfig{Type: r.Logging.Driver, Config: r.Logging.Options}
}

func (r *replica) extraHosts() []string {
	hosts := r.ExtraHosts.AsList(":")
	slices.Sort(hosts)
	return hosts
}
