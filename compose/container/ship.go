package container

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Shipped is where a path of the project is on a host that isn't this machine:
// in a volume of ours, which is mounted in its place.
type Shipped struct {
	// Volume is the volume's name.
	Volume string
	// File is the name of the file in the volume that is mounted; "" mounts all.
	File string
}

// ShippedBinds are the bind mounts of a service whose content the target's host
// has to be given: those of paths inside of the project, on another machine.
func ShippedBinds(p *project.Project, s types.ServiceConfig, t Target) []types.ServiceVolumeConfig {
	var binds []types.ServiceVolumeConfig
	for _, v := range s.Volumes {
		if t.remote() && InProject(p, v) {
			binds = append(binds, v)
		}
	}
	return binds
}

// InProject tells the bind mounts of paths inside of the project.
func InProject(p *project.Project, v types.ServiceVolumeConfig) bool {
	return v.Type == types.VolumeTypeBind && p.WorkingDir != string(filepath.Separator) && inside(p.WorkingDir, v.Source)
}

// FilesVolume is the volume that holds a path of the project on a host. A file
// and a folder of one name have different ones.
func FilesVolume(p *project.Project, path string, file bool) hosts.VolumeSpec {
	shown := shownPath(p, path)
	key := shown
	if !file {
		key += "/"
	}
	sum := sha256.Sum256([]byte(key))
	return hosts.VolumeSpec{
		Name: p.Name + "_files_" + hex.EncodeToString(sum[:6]),
		Labels: map[string]string{
			hosts.LabelProject: p.Name,
			hosts.LabelVersion: composeVersion,
			hosts.LabelFiles:   shown,
		},
	}
}

// shownPath is how a compose file writes the path: "./src".
func shownPath(p *project.Project, path string) string {
	rel, err := filepath.Rel(p.WorkingDir, path)
	if err != nil {
		return path
	}
	if rel == "." {
		return rel
	}
	return "./" + filepath.ToSlash(rel)
}

// shipped mounts what the host was given in the place of a path of the project.
func (r *replica) shipped(v types.ServiceVolumeConfig) (mounted, error) {
	held, ok := r.target.Shipped[v.Source]
	if !ok {
		return mounted{}, r.refuse("volumes", "create it, or correct the path",
			"%s, which is mounted from the project, doesn't exist", v.Source)
	}
	return mounted{mount: mount.Mount{
		Type: mount.TypeVolume, Source: held.Volume, Target: v.Target, ReadOnly: v.ReadOnly,
		VolumeOptions: &mount.VolumeOptions{NoCopy: true, Subpath: held.File},
	}}, nil
}
