package docker

import (
	"fmt"

	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// supports refuses what this engine would silently ignore.
func (e *Engine) supports(spec hosts.ContainerSpec) error {
	for _, want := range []struct {
		used        bool
		what        string
		api, engine string
	}{
		{usesStartInterval(spec), "healthcheck.start_interval", "1.44", "25.0"},
		{usesSubpath(spec), "a subpath of such a volume", apiSubpath, "26.0"},
		{usesImageMount(spec), "a mount of an image", "1.48", "28.0"},
		{usesSecondMAC(spec), "a MAC address on a second network", apiManyNetworks, "25.0"},
		{usesGatewayPriority(spec), "gw_priority", "1.48", "28.0"},
	} {
		if want.used && e.before(want.api) {
			return fmt.Errorf("%s needs engine %s or later, this one speaks API %s only", want.what, want.engine, e.api.ClientVersion())
		}
	}
	return nil
}

func usesStartInterval(s hosts.ContainerSpec) bool {
	return s.Config != nil && s.Config.Healthcheck != nil && s.Config.Healthcheck.StartInterval != 0
}

func usesSubpath(s hosts.ContainerSpec) bool {
	return usesMount(s, hasSubpath)
}

func usesImageMount(s hosts.ContainerSpec) bool {
	return usesMount(s, func(m mount.Mount) bool { return m.Type == mount.TypeImage })
}

func usesMount(s hosts.ContainerSpec, is func(mount.Mount) bool) bool {
	if s.HostConfig == nil {
		return false
	}
	for _, m := range s.HostConfig.Mounts {
		if is(m) {
			return true
		}
	}
	return false
}

func usesSecondMAC(s hosts.ContainerSpec) bool {
	for i, n := range s.Networks {
		if i > 0 && n.Endpoint != nil && len(n.Endpoint.MacAddress) > 0 {
			return true
		}
	}
	return false
}

func usesGatewayPriority(s hosts.ContainerSpec) bool {
	for _, n := range s.Networks {
		if n.Endpoint != nil && n.Endpoint.GwPriority != 0 {
			return true
		}
	}
	return false
}
