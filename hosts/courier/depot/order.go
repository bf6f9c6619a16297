package depot

import "github.com/opencontainers/go-digest"

// Order is a line of JSON on a depot's standard input. The first one has an
// identity and tells about the engine, and an empty one is a sign of life.
type Order struct {
	Identity *Identity `json:"identity,omitempty"`
	Engine   Nature    `json:"engine,omitzero"`
	Fetch    *Fetch    `json:"fetch,omitempty"`
}

// Nature is what matters of how the host's engine keeps images.
type Nature struct {
	// OS and Arch are those of the images that it can run.
	OS   string `json:"os"`
	Arch string `json:"arch"`
	// Blobs tells that it keeps images as they are in registries, all platforms
	// of them, and not only what their layers hold.
	Blobs bool `json:"blobs"`
	// Tells is whether it tells which parts of an image it has.
	Tells bool `json:"tells"`
}

// Fetch asks for an image.
type Fetch struct {
	// ID is in each report about it.
	ID int `json:"id"`
	// Ref is the image's name, on the other hosts and then on this one.
	Ref string `json:"ref"`
	// Image is the ID that hosts of one kind know it by; it may be "".
	Image digest.Digest `json:"image,omitempty"`
	// Peers are the addresses of depots whose hosts have it, HOST:PORT, the
	// preferred one first.
	Peers []string `json:"peers"`
	// Relayed tells that a peer's address leads to it by a single connection.
	Relayed bool `json:"relayed,omitempty"`
}

// Report is a line of JSON on a depot's standard output.
type Report struct {
	// Port is where the depot answers others: its answer to an identity.
	Port int `json:"port,omitempty"`
	// ID is that of the order to fetch.
	ID int `json:"id,omitempty"`
	// Layer is the layer's digest, Status one of the words of a pull.
	Layer   string `json:"layer,omitempty"`
	Status  string `json:"status,omitempty"`
	Current int64  `json:"current,omitempty"`
	Total   int64  `json:"total,omitempty"`
	// Fetched tells that all that was lacking has come, and is given to others.
	Fetched bool `json:"fetched,omitempty"`
	// Done is in the last report of an order, with the error where there is one.
	Done  bool   `json:"done,omitempty"`
	Error string `json:"error,omitempty"`
	// Apart tells that no other depot could be reached.
	Apart bool `json:"apart,omitempty"`
}
