package execute

// Event is one change in the progress of a command. Renderers show the last
// event of each ID.
type Event struct {
	// ID names what it is about, as Docker Compose does: "Container shop-web-1",
	// "Network shop_default", "Volume shop_data", "Image nginx:alpine".
	ID string `json:"id"`
	// Parent is the ID it is a part of: the image of a layer.
	Parent string `json:"parent_id,omitempty"`
	// Host is the host's name; "" where the pool has one host only.
	Host   string      `json:"host,omitempty"`
	Status EventStatus `json:"status"`
	// Text is a word: Creating, Created, Starting, Started, Running, Pulling …
	Text string `json:"text,omitempty"`
	// Details are free text: the error, the layer's status.
	Details string `json:"details,omitempty"`
	// Build tells a step of a build from a layer: its parent is the image.
	Build bool `json:"build,omitempty"`
	// Output is a line that the step has printed. Each such event is told, whatever
	// follows it.
	Output string `json:"output,omitempty"`
	// Current and Total are bytes, 0 where unknown; Percent is 0 to 100.
	Current int64 `json:"current,omitempty"`
	Total   int64 `json:"total,omitempty"`
	Percent int   `json:"percent,omitempty"`
}

// EventStatus is how far a thing is.
type EventStatus string

// The statuses.
const (
	Working EventStatus = "Working"
	Done    EventStatus = "Done"
	Warning EventStatus = "Warning"
	Error   EventStatus = "Error"
)

// Sink receives events, from many goroutines at once, and must not block for long.
type Sink func(Event)
