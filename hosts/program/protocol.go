package program

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// version is that of the messages. Fields may be added to it; what changes a
// meaning is another version.
const version = 1

// The actions that a program is asked for.
const (
	actionCreate = "create"
	actionList   = "list"
	actionDelete = "delete"
	actionSizes  = "sizes"
)

// request is what a program reads.
type request struct {
	Version  int    `json:"version"`
	Action   string `json:"action"`
	Location string `json:"location"`
	// Template are the location's options but for those that mean this provider.
	Template map[string]any `json:"template"`
	// Order is the machine to create, Machine the one to delete.
	Order   *order         `json:"order,omitempty"`
	Machine *hosts.Machine `json:"machine,omitempty"`
}

type order struct {
	Name     string `json:"name"`
	Size     string `json:"size,omitempty"`
	UserData string `json:"userData"`
	HostKey  string `json:"hostKey"`
}

// reply is what a program writes.
type reply struct {
	Version  int             `json:"version"`
	Machine  *hosts.Machine  `json:"machine"`
	Machines []hosts.Machine `json:"machines"`
	Sizes    []size          `json:"sizes"`
	Error    *failure        `json:"error"`
}

// failure is why a request wasn't carried out.
type failure struct {
	// Kind is "capacity", "unsupported", or anything else.
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

type size struct {
	Name        string  `json:"name"`
	CPUs        float64 `json:"cpus"`
	MemoryBytes int64   `json:"memoryBytes"`
	Arch        string  `json:"arch"`
	// Price is that of an hour, in the currency's unit; no currency is no price.
	Price    float64 `json:"price"`
	Currency string  `json:"currency"`
}

// errUnsupported is that a program doesn't know an action.
var errUnsupported = errors.New("the program doesn't do that")

// err is the failure in our words.
func (f *failure) err() error {
	switch f.Kind {
	case "capacity":
		return fmt.Errorf("%w: %s", hosts.ErrCapacity, f.Message)
	case "unsupported":
		return fmt.Errorf("%w: %s", errUnsupported, f.Message)
	}
	return errors.New(f.Message)
}

// check is what is wrong with a machine that a program told of.
func check(m hosts.Machine) error {
	known := []hosts.MachineState{hosts.MachineMaking, hosts.MachineRunning, hosts.MachineBroken, hosts.MachineDeleting}
	switch {
	case m.ID == "":
		return errors.New("it tells of a machine without an id")
	case m.Name == "" || m.Location == "":
		return fmt.Errorf("it doesn't tell the name and the location of machine %q", m.ID)
	case !slices.Contains(known, m.State):
		return fmt.Errorf("it says that machine %q is %q, and not making, running, broken or deleting", m.Name, m.State)
	}
	return nil
}

// size is a size in our words.
func (s size) size() hosts.Size {
	out := hosts.Size{
		Name: s.Name, Arch: s.Arch,
		Resources: hosts.Resources{NanoCPUs: int64(math.Round(s.CPUs * 1e9)), MemoryBytes: s.MemoryBytes},
	}
	if s.Currency != "" {
		out.Price = &hosts.Price{Micros: int64(math.Round(s.Price * 1e6)), Currency: s.Currency}
	}
	return out
}

// templateOf is what a program is told of a template: durations are texts.
func templateOf(t hosts.Template) map[string]any {
	told := map[string]any{}
	for key, value := range t {
		switch v := value.(type) {
		case time.Duration:
			told[key] = v.String()
		default:
			told[key] = v
		}
	}
	delete(told, "program")
	delete(told, "timeout")
	return told
}
