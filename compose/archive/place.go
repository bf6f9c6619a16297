package archive

import (
	"errors"
	"path"
	"strings"
)

// Item is a file or a folder that is copied.
type Item struct {
	// Name is what it is called.
	Name   string
	Folder bool
	// Contents copies what is in the folder, not the folder itself.
	Contents bool
}

// Destination is a path that something is copied to, with slashes.
type Destination struct {
	Path           string
	Exists, Folder bool
}

// Place decides into which folder, and under which name there, an item goes: as
// `cp -r` does, into a folder that exists, and else in place of the path. The
// name is "." where the folder takes the item's contents.
func Place(it Item, to Destination) (folder, name string, err error) {
	asFolder := strings.HasSuffix(to.Path, "/") || strings.HasSuffix(to.Path, "/.")
	switch {
	case to.Folder && it.Contents:
		return to.Path, ".", nil
	case to.Folder:
		return to.Path, it.Name, nil
	case to.Exists && it.Folder:
		return "", "", errors.New("cannot copy directory")
	case to.Exists && asFolder:
		return "", "", errors.New("not a directory")
	case asFolder && !it.Folder:
		return "", "", errors.New("no such directory")
	}
	clean := path.Clean(to.Path)
	return path.Dir(clean), path.Base(clean), nil
}

// wholeFolder tells whether a path means what is in the folder: it ends in "/."
// or is the root.
func wholeFolder(p string) bool {
	return p == "." || p == "/" || strings.HasSuffix(p, "/.")
}

// ItemAt is what a path of a container is called, where it is a folder or not.
func ItemAt(p string, folder bool) Item {
	return Item{Name: path.Base(path.Clean("/" + p)), Folder: folder, Contents: folder && wholeFolder(p)}
}
