package hosts

// Plugin is an engine's managed plugin, as inspecting it tells.
type Plugin struct {
	// ID is the engine's own for this installation; a plugin that is installed
	// again gets another.
	ID string
	// Name is its name with the tag: "clocker:latest".
	Name    string
	Enabled bool
	// Description is its configuration's Description.
	Description string
}
