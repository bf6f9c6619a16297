package hosts

// BuildSpec is one image to be built. What is a path is one of this machine,
// and absolute.
type BuildSpec struct {
	// Tags are the references that the image gets, at least one.
	Tags []string
	// Builder is a BuildKit of its own, by its name or its [BuilderAddress], from
	// which the engine gets the image; "" is the engine's.
	Builder string
	// Context is a folder of this machine, or the address of a git repository,
	// which the engine fetches, or of an archive, which this machine does.
	Context string
	// Checksum is what an archive at that address has, sha256:HEX; "" is not known.
	Checksum string
	// Origin is where a context was fetched from that is a folder of this machine
	// for the time of the build; "" for one that stays there.
	Origin string
	// Dockerfile is a path; of a context that the engine fetches, one inside it.
	// "" is "Dockerfile". Inline is its content instead, where that isn't "".
	Dockerfile, Inline string
	// Target is the stage to build, "" for the last one.
	Target string
	Args   map[string]string
	Labels map[string]string
	// Contexts are what stages and COPY --from may name: a folder, an address, or
	// docker-image://REFERENCE.
	Contexts map[string]string
	// CacheFrom and CacheTo are references, or KEY=VALUE,… with a type.
	CacheFrom, CacheTo []string
	Secrets            []BuildSecret
	SSH                []BuildSSH
	// Platforms are os/arch[/variant]; none is the engine's own.
	Platforms []string
	// Network is "", "default", "none" or "host".
	Network string
	// ShmSize is in bytes, 0 for the engine's default.
	ShmSize int64
	// Ulimits are NAME=SOFT[:HARD], ExtraHosts are NAME=ADDRESS.
	Ulimits, ExtraHosts []string
	Entitlements        []string
	// Provenance and SBOM are "", "true", "false" or KEY=VALUE,….
	Provenance, SBOM string
	// NoCache builds all stages anew, NoCacheFilter those it names.
	NoCache       bool
	NoCacheFilter []string
	// Pull asks the registries for base images that the engine has.
	Pull bool
	// Push has the engine send the image to its registries once it is built.
	Push bool
}

// BuildSecret is a file that steps of a build may mount. It is read as late as
// a step asks for it.
type BuildSecret struct {
	ID string
	// File is its path. Where it is "", Value is its content.
	File, Value string
}

// BuildSSH is an SSH agent, or private keys, that steps of a build may use.
type BuildSSH struct {
	// ID is "default" or another name.
	ID string
	// Path is an agent's socket or a file with a key.
	Path string
}

// BuildFindings are what a frontend finds wrong with a Dockerfile that can be
// built all the same.
type BuildFindings struct {
	// Warnings is how many there are; Text describes them, with the lines of the
	// Dockerfile. It is "" where there are none.
	Warnings int
	Text     string
}

// BuildProgress is a change in one step of a build, or a line that it printed.
type BuildProgress struct {
	// Step is its name: "[2/4] RUN make".
	Step string
	// State is where it is.
	State BuildState
	// Line is what it printed, without its end; "" where State is what is told.
	Line string
}

// BuildState is how far a step of a build is.
type BuildState string

// The states of a step.
const (
	BuildRunning BuildState = "running"
	BuildDone    BuildState = "done"
	// BuildCached steps were done by an earlier build.
	BuildCached BuildState = "cached"
	BuildFailed BuildState = "failed"
)
