package container

import (
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/mount"
)

// bind mounts a path of the host. Where the host is another machine than this
// one, a path of the project is refused, and any other path must exist there:
// an empty folder that is made in the place of the user's files is never what
// was meant.
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
	dir := r.project.WorkingDir
	if dir != string(filepath.Separator) && inside(dir, v.Source) {
		return mounted{}, r.refuse("volumes",
			"put the files into the image, or into a config, a secret or a named volume; or place the service on this machine",
			"%s is mounted from the project, and host %s has no such file", v.Source, r.target.Host.Name)
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
