package courier

import (
	"path"

	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/courier/depot"
)

// store is where the container has the folders in which the engine keeps images.
const store = "/store"

// content is where containerd keeps blobs, below its own folder.
const content = "io.containerd.content.v1.content/blobs"

// views are the folders of an engine's images that a depot may be shown, the
// likeliest first: which of them there are shows when the container is made. The
// last one is none.
func views(s hosts.ImageStore) [][]mount.Mount {
	var list [][]mount.Mount
	switch {
	case s.Root == "":
	case s.Containerd:
		for _, root := range []string{path.Join(s.Root, "containerd/daemon"), "/var/lib/containerd"} {
			list = append(list, []mount.Mount{view(path.Join(root, content), depot.BlobsFolder)})
		}
	case s.Driver == "overlay2":
		list = append(list, []mount.Mount{
			view(path.Join(s.Root, "image", s.Driver), depot.NotesFolder),
			view(path.Join(s.Root, s.Driver), depot.LayersFolder),
		})
	}
	return append(list, nil)
}

// view shows a folder, and not what is mounted in it: the files of containers
// that run, which would be busy then.
func view(folder, name string) mount.Mount {
	return mount.Mount{
		Type: mount.TypeBind, Source: folder, Target: path.Join(store, name), ReadOnly: true,
		BindOptions: &mount.BindOptions{NonRecursive: true},
	}
}
