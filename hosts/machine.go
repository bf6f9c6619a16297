package hosts

import (
	"errors"
	"time"
)

// ErrCapacity is that a provider has no room, or the account no quota, for
// another machine like the one that was asked for.
var ErrCapacity = errors.New("no capacity")

// ErrGone is that a machine was deleted while it was waited for.
var ErrGone = errors.New("it isn't there any more")

// The tags that providers put on machines, in the cloud's own spelling where
// it allows fewer characters.
const (
	TagLocation = "io.clocker.location"
	TagName     = "io.clocker.name"
	TagHostKey  = "io.clocker.hostkey"
)

// Order is a machine to make.
type Order struct {
	// Location names the location, and holds the template.
	Location Location
	// Name is the name of the host to be, unique in the location. With the
	// location's name it is the token by which an order is carried out once.
	Name string
	// Size is what the provider calls a size of machine; "" is the template's.
	Size string
	// UserData is what cloud-init is to read at the first boot. It holds the
	// private SSH host key, and so is no word for logs and errors.
	UserData string
	// HostKey is the fingerprint of the SSH host key in UserData
	// ("SHA256:…", as ssh-keygen -l prints it). It is kept as a tag.
	HostKey string
}

// Machine is a computer that a provider has made and that is, or becomes, a host.
type Machine struct {
	// ID is the provider's own.
	ID string `json:"id"`
	// Name and Location are those of the order that made it, from its tags.
	Name     string `json:"name"`
	Location string `json:"location"`
	// Address is where SSH reaches it; "" as long as it has none.
	Address string `json:"address,omitempty"`
	// PrivateAddress is where the other machines of the location reach it;
	// "" is Address.
	PrivateAddress string `json:"privateAddress,omitempty"`
	// Endpoint is the URL of its engine where that isn't reached by SSH. Such a
	// machine has Docker, and is a host as soon as its engine answers.
	Endpoint string `json:"endpoint,omitempty"`
	// User is who logs in by SSH: "root", or the image's own.
	User string `json:"user,omitempty"`
	// HostKey is the fingerprint of its SSH host key, from its tag.
	HostKey string       `json:"hostKey,omitempty"`
	State   MachineState `json:"state"`
	// Fault is the provider's reason for MachineBroken, in its words.
	Fault string `json:"fault,omitempty"`
	// Size is what the provider calls the machine's size.
	Size string `json:"size,omitempty"`
	// Created is when it was made; the zero time where the provider can't tell.
	Created time.Time `json:"created,omitzero"`
}

// MachineState is how far a machine is.
type MachineState string

// The states of machines.
const (
	MachineMaking   MachineState = "making"
	MachineRunning  MachineState = "running"
	MachineBroken   MachineState = "broken"
	MachineDeleting MachineState = "deleting"
)

// Size is a size that a machine may have.
type Size struct {
	Name string `json:"name"`
	// Resources are the CPUs and the memory it has.
	Resources Resources `json:"resources"`
	// Arch is its architecture in Go's words; "" where the provider can't tell.
	Arch string `json:"arch,omitempty"`
	// Price is what an hour of it costs; nil where nobody knows.
	Price *Price `json:"price,omitempty"`
}

// Price is an amount of money for an hour.
type Price struct {
	// Micros are millionths of the currency's unit.
	Micros int64 `json:"micros"`
	// Currency is its code: "EUR".
	Currency string `json:"currency"`
}

// Quarantine is why a machine whose engine doesn't answer is given up: it is
// broken, or older than it may be before it is ready. It is "" where it may
// still become a host.
func (m Machine) Quarantine(now time.Time, startTimeout time.Duration) string {
	switch {
	case m.State == MachineBroken:
		return "broken: " + m.Fault
	case m.State == MachineDeleting:
		return "being deleted"
	case m.Created.IsZero() || now.Sub(m.Created) <= startTimeout:
		return ""
	}
	return "not ready " + now.Sub(m.Created).Truncate(time.Minute).String() + " after it was made"
}
