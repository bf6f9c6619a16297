package container

import (
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/mount"
)

// storage is what is mounted into the container. Where the engine's older form,
// the bind string, can say it, that is used: it makes a missing folder of the
// host, which mounts never did.
type storage struct {
	binds  []string
	mounts []mount.Mount
}

// mounted is one mount in either form; bind is "" where it is a mount.
type mounted struct {
	bind  string
	mount mount.Mount
}

// storage collects volumes, secrets and configs. Of two with one destination
// the later volume wins; files give way to volumes.
func (r *replica) storage() (storage, error) {
	all := map[string]mounted{}
	var errs []error
	for _, v := range r.Volumes {
		m, err := r.volume(v)
		all[v.Target], errs = m, append(errs, err)
	}
	for _, ref := range r.fileReferences() {
		if _, taken := all[ref.target]; ref.mounted && !taken {
			all[ref.target] = mounted{mount: ref.mount()}
		}
	}
	return sorted(all), errors.Join(errs...)
}

// sorted is in order of destination, so that a request is repeatable.
func sorted(all map[string]mounted) storage {
	var s storage
	for _, target := range slices.Sorted(maps.Keys(all)) {
		if m := all[target]; m.bind != "" {
			s.binds = append(s.binds, m.bind)
		} else {
			s.mounts = append(s.mounts, m.mount)
		}
	}
	return s
}

func (r *replica) volume(v types.ServiceVolumeConfig) (mounted, error) {
	m := mount.Mount{
		Type:        mount.Type(v.Type),
		Source:      v.Source,
		Target:      v.Target,
		ReadOnly:    v.ReadOnly,
		Consistency: mount.Consistency(v.Consistency),
	}
	switch v.Type {
	case types.VolumeTypeBind:
		return r.bind(v, m)
	case types.VolumeTypeVolume:
		return r.namedVolume(v, m), nil
	case types.VolumeTypeTmpfs:
		m.TmpfsOptions = tmpfsOptions(v.Tmpfs)
	case types.VolumeTypeImage:
		if v.Image != nil {
			m.ImageOptions = &mount.ImageOptions{Subpath: v.Image.SubPath}
		}
	case types.VolumeTypeCluster:
		return mounted{}, r.refuse("volumes", "use a named volume", "a cluster volume needs Swarm")
	}
	return mounted{mount: m}, nil
}

// namedVolume is a volume of the project, or an anonymous one.
func (r *replica) namedVolume(v types.ServiceVolumeConfig, m mount.Mount) mounted {
	if old, found := r.target.Replaced[v.Target]; found && v.Source == "" && heritable(old) {
		again := remounted(old)
		again.ReadOnly = v.ReadOnly
		return mounted{mount: again}
	}
	declared, named := r.project.Volumes[v.Source]
	if named {
		m.Source = declared.Name
	}
	if v.Volume != nil {
		m.VolumeOptions = &mount.VolumeOptions{NoCopy: v.Volume.NoCopy, Subpath: v.Volume.Subpath, Labels: v.Volume.Labels}
	}
	if named && !volumeNeedsMount(v.Volume) {
		return mounted{bind: bindString(m.Source, v)}
	}
	return mounted{mount: m}
}

func volumeNeedsMount(o *types.ServiceVolumeVolume) bool {
	return o != nil && (len(o.Labels) > 0 || o.Subpath != "" || o.NoCopy)
}

func tmpfsOptions(o *types.ServiceVolumeTmpfs) *mount.TmpfsOptions {
	if o == nil {
		return nil
	}
	return &mount.TmpfsOptions{SizeBytes: int64(o.Size), Mode: fs.FileMode(o.Mode)}
}
