package buildkit

import "strings"

// hint is what to do about a failure that says too little, or "".
func hint(text string) string {
	for _, known := range []struct{ sign, hint string }{
		{"unsupported frontend capability", "begin the Dockerfile with `# syntax=docker/dockerfile:1`, or build on a host with a newer engine"},
		{"security.insecure is not allowed", "allow it in the host's daemon.json: {\"builder\": {\"entitlements\": {\"security-insecure\": true}}}"},
		{"network.host is not allowed", "allow it in the host's daemon.json: {\"builder\": {\"entitlements\": {\"network-host\": true}}}"},
	} {
		if strings.Contains(text, known.sign) {
			return known.hint
		}
	}
	return ""
}
