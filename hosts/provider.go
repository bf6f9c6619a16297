package hosts

import "context"

// Provider makes and deletes the machines of locations. The tags that it puts
// on a machine are the only truth about which machines are ours: nothing is
// remembered elsewhere, so that no crash leaves one that nobody knows.
type Provider interface {
	// Create asks for the machine and returns it, usually before it runs. The
	// order's location and name are its token: where a machine has them
	// already, that one is returned and nothing is made. A refusal for want of
	// quota or capacity is an ErrCapacity.
	Create(ctx context.Context, order Order) (Machine, error)
	// List returns the machines of the location, by name. One request, or a
	// few where the answer has pages.
	List(ctx context.Context, location Location) ([]Machine, error)
	// Delete deletes the machine; that it isn't there is success.
	Delete(ctx context.Context, machine Machine) error
}

// Sizer is a provider that knows the sizes a machine may have.
type Sizer interface {
	// Sizes returns what an Order's Size may be in the location.
	Sizes(ctx context.Context, location Location) ([]Size, error)
}

// ProviderKind is a provider as a location names it: what its template may
// say, and how it is opened.
type ProviderKind struct {
	// Name is what stands under provider: "openstack".
	Name string
	// Options are the keys of its template, beside those of every template.
	Options []Option
	// Open returns the provider, without asking the cloud for anything.
	// Credentials that are missing are an error that says where they belong.
	Open func(ProviderSetup) (Provider, error)
}

// ProviderSetup is what a provider is given of the surroundings.
type ProviderSetup struct {
	// Location is the one that is served.
	Location Location
	// Variable returns a variable of the environment, "" where it isn't set.
	Variable func(name string) string
	// Home is the user's home folder, where clouds' own tools keep credentials.
	Home string
	// Folder is a folder of the user's own for this location's state that can
	// be lost without loss, such as certificates. It may not exist yet.
	Folder string
	// Directory is that of the file which declares the location; relative
	// paths of the template are relative to it.
	Directory string
	// Program finds a program that the user's config file declares; nil where
	// none may be called.
	Program func(name string) (Program, error)
	// Engine returns the user's own engine, that of the current Docker context;
	// nil where there is none.
	Engine func() (MachineEngine, error)
}

// MachineEngine is an engine whose containers may be machines.
type MachineEngine interface {
	PullImage(ctx context.Context, ref string, o PullOptions) error
	CreateContainer(ctx context.Context, spec ContainerSpec) (id string, err error)
	StartContainer(ctx context.Context, container string) error
	RemoveContainer(ctx context.Context, container string, force, volumes bool) error
	ObserveContainers(ctx context.Context, f ContainerFilter) (Observation, error)
}

// Program is a program of the user's.
type Program struct {
	// Command is its file, which is found from Directory, and its arguments.
	Command []string
	// Directory is where it runs.
	Directory string
	// Environ is KEY=VALUE.
	Environ []string
}

// Option is a key of a location's template.
type Option struct {
	Name string
	Type OptionType
	// Required options have no default.
	Required bool
	// Values are all that a text may be; nil is any.
	Values []string
	// Help is one sentence for the documentation.
	Help string
}

// OptionType is the type of an option's value.
type OptionType string

// The types of options. A list is of texts, a mapping is from text to text, and
// a duration is written as "90s" or "10m".
const (
	OptionText     OptionType = "text"
	OptionNumber   OptionType = "number"
	OptionBool     OptionType = "boolean"
	OptionList     OptionType = "list"
	OptionMapping  OptionType = "mapping"
	OptionDuration OptionType = "duration"
)
