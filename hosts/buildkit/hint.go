package buildkit

import "strings"

// What a newer frontend can, which the engine fetches as an image.
const newerSyntax = "begin the Dockerfile with `# syntax=docker/dockerfile:1`, or build on a host with a newer engine"

// hint is what to do about a failure that says too little, or "".
func hint(text string) string {
	for _, known := range []struct{ sign, hint string }{
		{"unsupported request frontend.lint", "the engine's frontend knows no checks: " + newerSyntax},
		{"unsupported frontend capability", newerSyntax},
		{"(did you mean ", ""}, // a newer engine, which knows better
		{"Unknown flag: ", newerSyntax},
		{"unexpected key '", newerSyntax},
		{"unknown instruction: ", "where it is right, the engine knows an older syntax: " + newerSyntax},
		{"subdir not supported", "leave the folder out of the address and name the folder in dockerfile and COPY, or build on a host with a newer engine"},
		{"unknown cache exporter", "this engine's BuildKit exports type=inline alone; leave cache_to out, or build on a host with a newer engine"},
		{"exporting multiple references to image store", "this engine keeps images of one platform alone; build on a host whose engine keeps them with containerd, or name one platform"},
		{"Attestation is not supported", "this engine keeps images without attestations; build on a host whose engine keeps them with containerd, or leave them out"},
		{"buildkit-syft-scanner", "an SBOM is made by that image; sbom: generator=IMAGE names another one"},
		{"token not set for github actions cache", "type=gha works inside of GitHub's own builders alone"},
		{"security.insecure is not allowed", "allow it in the host's daemon.json: {\"builder\": {\"entitlements\": {\"security-insecure\": true}}}"},
		{"network.host is not allowed", "allow it in the host's daemon.json: {\"builder\": {\"entitlements\": {\"network-host\": true}}}"},
		{"unknown entitlement", "there are security.insecure and network.host"},
		{"reach the builder ", "start its buildkitd there, or let the host build: --builder default, or BUILDX_BUILDER=default"},
	} {
		if strings.Contains(text, known.sign) {
			return known.hint
		}
	}
	return registryHint(text)
}
