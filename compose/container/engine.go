package container

import (
	"errors"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// requirement is an attribute that engines before a version silently ignore.
type requirement struct {
	used         bool
	attribute    string
	major, minor int
}

// checkEngine refuses what the target's engine would leave out.
func (r *replica) checkEngine() error {
	var errs []error
	for _, want := range append(r.requirements(), r.networkRequirements()...) {
		if want.used && !atLeast(r.target.Host.EngineVersion, want.major, want.minor) {
			errs = append(errs, r.refuse(want.attribute, "update the engine", "needs Docker Engine %d.%d, and host %s has %s",
				want.major, want.minor, r.target.Host.Name, r.target.Host.EngineVersion))
		}
	}
	return errors.Join(errs...)
}

func (r *replica) requirements() []requirement {
	all := []requirement{
		{r.HealthCheck != nil && r.HealthCheck.StartInterval != nil, "healthcheck.start_interval", 25, 0},
		{r.Umask != nil, "umask", 29, 8},
	}
	for _, v := range r.Volumes {
		all = append(all,
			requirement{v.Type == types.VolumeTypeImage, "volumes.image", 28, 0},
			requirement{v.Volume != nil && v.Volume.Subpath != "", "volumes.volume.subpath", 26, 0})
	}
	return all
}

func (r *replica) networkRequirements() []requirement {
	var all []requirement
	for i, key := range r.networkKeys() {
		config, at := r.networkConfig(key, i == 0), "networks."+key+"."
		all = append(all,
			requirement{config.GatewayPriority != 0, at + "gw_priority", 28, 0},
			requirement{config.InterfaceName != "", at + "interface_name", 28, 1},
			requirement{config.MacAddress != "" && i > 0, at + "mac_address", 25, 0})
	}
	return all
}

// atLeast tells whether a version such as 20.10.24 is new enough. One that
// can't be read counts as new: the engine will say what it lacks.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return true
	}
	ownMajor, majorErr := strconv.Atoi(parts[0])
	ownMinor, minorErr := strconv.Atoi(parts[1])
	if majorErr != nil || minorErr != nil {
		return true
	}
	return ownMajor > major || ownMajor == major && ownMinor >= minor
}
