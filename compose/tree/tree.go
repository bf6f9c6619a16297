package tree

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
)

// Tree is a file, or a folder with all that is in it.
type Tree struct {
	// Path is where it is on this machine.
	Path string `json:"-"`
	// Absent says that there is nothing at Path.
	Absent bool `json:"-"`
	// File is the file's name; "" for a folder.
	File string `json:"file,omitempty"`
	// Entries are sorted by path, so that folders come before what they hold.
	Entries []Entry `json:"entries,omitempty"`
}

// Entry is one file, folder or symbolic link.
type Entry struct {
	// Path is relative to the folder, with slashes; "." is the folder itself.
	Path string `json:"p"`
	// Mode is its type and permission bits.
	Mode fs.FileMode `json:"m"`
	UID  int         `json:"u,omitempty"`
	GID  int         `json:"g,omitempty"`
	// Size is a file's, in bytes.
	Size int64 `json:"-"`
	// Sum is a digest of a file's content, 24 hexadecimal digits.
	Sum string `json:"s,omitempty"`
	// Link is where a symbolic link leads.
	Link string `json:"l,omitempty"`
}

// Empty is the folder that engines make where a path doesn't exist.
func Empty(path string) *Tree {
	return &Tree{Path: path, Absent: true, Entries: []Entry{{Path: ".", Mode: fs.ModeDir | 0o755}}}
}

// Digest tells trees apart, wherever they are: 24 hexadecimal digits.
func (t *Tree) Digest() string {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode(t) // a hash takes everything, and a Tree is plain data
	return shorten(h.Sum(nil))
}

// sumBytes is how much of a digest is kept.
const sumBytes = 12

func shorten(sum []byte) string { return hex.EncodeToString(sum[:sumBytes]) }
