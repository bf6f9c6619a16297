package container

import (
	"errors"
	"maps"
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
		AutoRemove:     r.target.Oneoff != nil && r.target.Oneoff.Remove,
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

// extraHosts keeps the order of one name's addresses: the first is preferred.
func (r *replica) extraHosts() []string {
	all := []string{} // not null: an inspection shows what was asked for
	for _, name := range slices.Sorted(maps.Keys(r.ExtraHosts)) {
		for _, address := range r.ExtraHosts[name] {
			all = append(all, name+":"+address)
		}
	}
	return all
}
