package hosts

// Labels that Docker Compose writes, and by which either tool finds what a project has.
const (
	LabelProject           = "com.docker.compose.project"
	LabelService           = "com.docker.compose.service"
	LabelVersion           = "com.docker.compose.version"
	LabelWorkingDir        = "com.docker.compose.project.working_dir"
	LabelConfigFiles       = "com.docker.compose.project.config_files"
	LabelEnvironmentFile   = "com.docker.compose.project.environment_file"
	LabelOneoff            = "com.docker.compose.oneoff"
	LabelSlug              = "com.docker.compose.slug"
	LabelConfigHash        = "com.docker.compose.config-hash"
	LabelContainerNumber   = "com.docker.compose.container-number"
	LabelDependsOn         = "com.docker.compose.depends_on"
	LabelImage             = "com.docker.compose.image"
	LabelImageVolumeDigest = "com.docker.compose.image-volume-digest"
	LabelHook              = "com.docker.compose.hook"
	LabelHookIndex         = "com.docker.compose.hook-index"
	LabelReplace           = "com.docker.compose.replace"
	LabelNetwork           = "com.docker.compose.network"
	LabelVolume            = "com.docker.compose.volume"
)

// Labels of our own, written only where the pool has several hosts.
const (
	// LabelLocation and LabelHost are the names under which the host was declared.
	LabelLocation = "io.clocker.location"
	LabelHost     = "io.clocker.host"
	// LabelReserved is what the replica reserves: "NANOCPUS,BYTES[,KIND=COUNT…]".
	LabelReserved = "io.clocker.reserved"
	// LabelExclusive is on containers that have their host to themselves.
	LabelExclusive = "io.clocker.exclusive"
	// LabelAway names whom a container keeps away from its host: "PROJECT/SERVICE"
	// with * and ?, separated by commas.
	LabelAway = "io.clocker.away"
	// LabelJob is the deploy.mode of a job's replica.
	LabelJob = "io.clocker.job"
	// LabelSlice is a fabric network's slice of the subnet on this host.
	LabelSlice = "io.clocker.slice"
	// LabelFabric marks what the fabric itself runs: "router" or "driver"; on a network, "weave".
	LabelFabric = "io.clocker.fabric"
	// FabricCourier is its value on the containers through which images travel.
	FabricCourier = "courier"
	// LabelDrained is on the volume that marks a host as drained: who did it, and when.
	LabelDrained = "io.clocker.drained"
	// LabelFiles is, on a volume that holds a path of the project, that path.
	LabelFiles = "io.clocker.files"
	// LabelFilesDigest and LabelFilesList are on an empty volume beside it, and
	// tell what was shipped last. Without a digest, it didn't arrive as a whole.
	LabelFilesDigest = "io.clocker.files.digest"
	LabelFilesList   = "io.clocker.files.list"
)
