package hosts

import (
	"cmp"
	"strings"
)

// Host is one Docker Engine that containers can be placed on. The first block
// is what the user declared; the second is filled in by an observation.
type Host struct {
	// Name is unique in the pool: the user's, or derived from the endpoint.
	Name string `json:"name"`
	// Location is the name of the location that declares the host.
	Location string `json:"location"`
	// Endpoint is how its engine is reached.
	Endpoint Endpoint `json:"endpoint"`
	// Address is the IP address or DNS name by which users and other hosts
	// reach the machine; "" where only this machine can (unix sockets).
	Address string `json:"address,omitempty"`
	// Labels are the location's and the host's own, the host's winning.
	Labels map[string]string `json:"labels,omitempty"`
	// Availability is what the user allows to be placed there.
	Availability Availability `json:"availability"`
	// Machine is what a provider made for it; nil where it was declared.
	Machine *Machine `json:"machine,omitempty"`

	// ID is the engine's own identity, as in `docker info`.
	ID string `json:"id,omitempty"`
	// Hostname is the machine's, as its engine reports it.
	Hostname string `json:"hostname,omitempty"`
	// EngineVersion is the engine's version, such as "20.10.24".
	EngineVersion string `json:"engineVersion,omitempty"`
	// EngineLabels are the labels of the engine's daemon.json.
	EngineLabels map[string]string `json:"engineLabels,omitempty"`
	// Platform is what the engine runs natively.
	Platform Platform `json:"platform"`
	// Capacity is the machine's size. Capacity.Containers is 0: unlimited.
	Capacity Resources `json:"capacity"`
	// Devices are its countable things, those that its engine names and those
	// that the user declared, who wins.
	Devices Devices `json:"devices,omitempty"`
	// Use is what the machine uses of it, as measured; nil where nobody measured.
	Use *Use `json:"use,omitempty"`
	// Drivers are the names of the network drivers and plugins that are enabled.
	Drivers []string `json:"drivers,omitempty"`
	// Status is whether it answered, and if not, why.
	Status Status `json:"status"`
}

// AddressFor is where another host reaches this one: machines of one location
// reach each other over its private network, where they have one.
func (h Host) AddressFor(other Host) string {
	if h.Machine != nil && other.Machine != nil && h.Location == other.Location && other.Machine.PrivateAddress != "" {
		return cmp.Or(h.Machine.PrivateAddress, h.Address)
	}
	return h.Address
}

// Endpoint is how an engine is reached: by URL or by the name of a Docker context.
type Endpoint struct {
	// URL is unix://PATH, tcp://HOST:PORT or ssh://[USER@]HOST[:PORT].
	URL string `json:"url,omitempty"`
	// Context is the name of a Docker context; it wins over URL.
	Context string `json:"context,omitempty"`
	// TLS are the client's files for tcp; nil is plain TCP.
	TLS *TLS `json:"tls,omitempty"`
	// SSH are the client's files for ssh; the zero value is the user's own.
	SSH SSH `json:"ssh,omitzero"`
}

// String is the URL, or "context NAME".
func (e Endpoint) String() string {
	if e.Context != "" {
		return "context " + e.Context
	}
	return e.URL
}

// TLS names the files of a client's TLS set-up. Paths are absolute.
type TLS struct {
	CA   string `json:"ca,omitempty"`
	Cert string `json:"cert,omitempty"`
	Key  string `json:"key,omitempty"`
	// SkipVerify accepts any server certificate.
	SkipVerify bool `json:"skipVerify,omitempty"`
}

// SSH names files of ssh, as absolute paths.
type SSH struct {
	// Identity is the private key that ssh logs in with; "" leaves the choice to
	// the user's ssh.
	Identity string `json:"identity,omitempty"`
	// KnownHosts is the one file that the machine's host key is looked for in;
	// "" is those of the user's ssh.
	KnownHosts string `json:"knownHosts,omitempty"`
}

// Platform is an operating system and an architecture in Go's words
// ("linux", "amd64"), with the variant of ARM ("v7") where there is one.
type Platform struct {
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Variant string `json:"variant,omitempty"`
}

// String is os/arch[/variant], and "" for the zero Platform.
func (p Platform) String() string {
	if p == (Platform{}) {
		return ""
	}
	s := p.OS + "/" + p.Arch
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// ParsePlatform reads os/arch[/variant]; a missing part stays empty. The
// engine's words for architectures (x86_64, aarch64) become Go's.
func ParsePlatform(s string) Platform {
	parts := strings.SplitN(s, "/", 3)
	p := Platform{OS: parts[0]}
	if len(parts) > 1 {
		p.Arch = goarch(parts[1])
	}
	if len(parts) > 2 {
		p.Variant = parts[2]
	}
	return p
}

func goarch(machine string) string {
	switch machine {
	case "x86_64", "x86-64":
		return "amd64"
	case "aarch64":
		return "arm64"
	case "armhf", "armv7l":
		return "arm"
	case "i386", "i686":
		return "386"
	}
	return machine
}

// Availability is what a user allows to be placed on a host.
type Availability string

const (
	// Active hosts take new replicas.
	Active Availability = "active"
	// Drain hosts take none, and are to be emptied.
	Drain Availability = "drain"
)

// Status is whether a host answered the last observation.
type Status struct {
	Ready bool `json:"ready"`
	// Reason says in a few words why it is not ready: "connection refused".
	Reason string `json:"reason,omitempty"`
	// NoEngine tells that the machine lets us in by SSH, and that no engine
	// answers there.
	NoEngine bool `json:"noEngine,omitempty"`
}
