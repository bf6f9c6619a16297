package buildkit

import (
	"strconv"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// addAttributes puts into a what the Dockerfile frontend is told of a build
// beside its sources. Keys that aren't set keep the frontend's defaults.
func addAttributes(a map[string]string, spec hosts.BuildSpec) {
	for _, set := range []struct{ key, value string }{
		{"target", spec.Target},
		{"platform", joined(spec.Platforms)},
		{"force-network-mode", network(spec.Network)},
		{"add-hosts", joined(spec.ExtraHosts)},
		{"ulimit", joined(spec.Ulimits)},
		{"attest:provenance", attestation(spec.Provenance)},
		{"attest:sbom", attestation(spec.SBOM)},
		{"no-cache", joined(spec.NoCacheFilter)},
	} {
		if set.value != "" {
			a[set.key] = set.value
		}
	}
	if spec.NoCache {
		a["no-cache"] = "" // of all stages
	}
	if spec.ShmSize > 0 {
		a["shm-size"] = strconv.FormatInt(spec.ShmSize, 10)
	}
	a["image-resolve-mode"] = resolveMode(spec.Pull)
	for name, value := range spec.Args {
		a["build-arg:"+name] = value
	}
	for name, value := range spec.Labels {
		a["label:"+name] = value
	}
}

// network is "" for the engine's default.
func network(mode string) string {
	if mode == "default" {
		return ""
	}
	return mode
}

// attestation reads true, false or KEY=VALUE,…; "" is none.
func attestation(value string) string {
	switch value {
	case "", "false":
		return ""
	case "true":
		return "mode=min"
	}
	return value
}

func joined(list []string) string { return strings.Join(list, ",") }
