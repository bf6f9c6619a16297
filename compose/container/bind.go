package container

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/mount"
)

// bind mounts a path of the host. Where the host is another machine than this
// one, a path of the project is held there by a volume, and any other path must
// exist there: an empty folder that is made in the place of the user's files is
// never what was meant.
func (r *replica) bind(v types.ServiceVolumeConfig, m mount.Mount) (mounted, error) {
	m.BindOptions = bindOptions(v.Bind)
	if r.target.remote() {
		return r.remoteBind(v, m)
	}
	if bindNeedsMount(v.Bind) {
		return mounted{mount: m}, nil
	}
	return mounted{bind: bindString(v.Source, v)}, nil
}

func (r *replica) remoteBind(v types.ServiceVolumeConfig, m mount.Mount) (mounted, error) {
	if InProject(r.project, v) {
		return r.shipped(v)
	}
	if v.Bind != nil && v.Bind.SELinux != "" {
		// Only the bind string can relabel, and it makes a missing folder.
		return mounted{bind: bindString(v.Source, v)}, nil
	}
	if m.BindOptions != nil {
		m.BindOptions.CreateMountpoint = false
	}
	return mounted{mount: m}, nil
}

func bindNeedsMount(o *types.ServiceVolumeBind) bool {
	return o != nil && (!bool(o.CreateHostPath) || o.Propagation != "" || o.Recursive != "")
}

func bindOptions(o *types.ServiceVolumeBind) *mount.BindOptions {
	if o == nil {
		return nil
	}
	return &mount.BindOptions{
		Propagation:            mount.Propagation(o.Propagation),
		CreateMountpoint:       bool(o.CreateHostPath),
		NonRecursive:           o.Recursive == "disabled",
		ReadOnlyNonRecursive:   o.Recursive == "writable",
		ReadOnlyForceRecursive: o.Recursive == "readonly",
	}
}

// bindString is SOURCE:TARGET:OPTIONS.
func bindString(source string, v types.ServiceVolumeConfig) string {
	options := "rw"
	if v.ReadOnly {
		options = "ro"
	}
	if v.Bind != nil && v.Bind.SELinux != "" {
		options += "," + v.Bind.SELinux
	}
	return source + ":" + v.Target + ":" + options
}

// tmpfs are the folders of `tmpfs`: PATH[:OPTIONS].
func (r *replica) tmpfs() map[string]string {
	all := map[string]string{}
	for _, text := range r.Tmpfs {
		path, options, _ := strings.Cut(text, ":")
		all[path] = options
	}
	return all
}
