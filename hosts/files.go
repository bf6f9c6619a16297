package hosts

import (
	"io/fs"
	"time"
)

// PathStat is what a container has at a path.
type PathStat struct {
	// Name is the path's last element.
	Name string
	Size int64
	// Mode has the type and the permission bits.
	Mode     fs.FileMode
	Modified time.Time
	// Link is where a symbolic link leads, "" for anything else.
	Link string
}

// ArchiveOptions are how a tar stream is unpacked in a container.
type ArchiveOptions struct {
	// Owners gives everything to the container's user, as `docker cp -a` does;
	// otherwise the archive's numbers count.
	Owners bool
}

// CommitOptions are how an image is made of a container.
type CommitOptions struct {
	// Reference names the image; "" leaves it without a name.
	Reference string
	Author    string
	Message   string
	// Changes are instructions of a Dockerfile: "ENV A=b".
	Changes []string
	// NoPause leaves the container running meanwhile.
	NoPause bool
}
