package buildkit

import (
	"regexp"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// registryHint is what to do where a registry doesn't give a base image, or a
// cache, "" where it isn't that.
func registryHint(text string) string {
	names := regexp.MustCompile(`https?://([^/"]+)/v2/|metadata for ([^/ ]+)/`).FindStringSubmatch(text)
	if names == nil {
		return ""
	}
	name := names[1] + names[2]
	hint, _ := hosts.RegistryFailure(name, text)
	switch {
	case strings.Contains(hint, "certs.d"):
		hint += "; builds may want the engine restarted then"
	case strings.Contains(hint, "insecure-registries"):
		hint += "; an engine before 23 builds with it where that names \"http://" + name + "\", too"
	}
	return hint
}
