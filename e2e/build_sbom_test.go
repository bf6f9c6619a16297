//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// scan is a scanner as BuildKit calls them: it looks at the files of an image,
// and leaves a document where it is told to.
const scan = `#!/bin/sh
set -e
found=$(cat "$BUILDKIT_SCAN_SOURCE/inventory")
cat > "$BUILDKIT_SCAN_DESTINATION/image.spdx.json" <<END
{"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://spdx.dev/Document",
 "predicate": {"spdxVersion": "SPDX-2.3", "name": "stand-in scanner", "packages": [{"name": "$found"}]}}
END
`

// An image comes with the list of what is in it, which a scanner of one's choice
// makes, where engines keep such lists; else the build is refused. So does one
// of a BuildKit of its own.
func TestBuildsComeWithAnSBOM(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		registryAt(t, l.Host(1), "0.0.0.0:5000")
		p := l.OnOneHost(t, l.Host(1), "services: {}\n")
		p.File(t, "scan", scan)
		scanner := "127.0.0.1:5000/scanner:1"
		p.Write(t, `services: {scanner: {image: "`+scanner+`", build: {dockerfile_inline: "FROM busybox\nCOPY scan /scan\nENTRYPOINT [\"sh\", \"/scan\"]"}}}`)
		p.Do(t, "build", "--push")
		listed := func(t *testing.T) string { t.Helper(); return l.Host(1).Docker(t, "save", p.Name+"-web") }
		build := func(sbom string, args ...string) Result {
			t.Helper()
			p.Write(t, `services: {web: {build: {dockerfile_inline: "FROM busybox\nRUN echo what-is-in-it > /inventory", sbom: "`+sbom+`"}}}`)
			return p.Try(t, append([]string{"build"}, args...)...)
		}
		own := l.buildkitd(t, l.Host(1).Address(t)+":5000")
		if l.Generation == "20" {
			refused := build("generator=" + scanner)
			assert.Check(t, refused.Code == 1 && strings.Contains(refused.Stderr, "build.sbom: needs Docker Engine 23.0"), "%s", refused)
			refused = build("generator="+l.Host(1).Address(t)+":5000/scanner:1", "--builder", own.unix())
			assert.Check(t, refused.Code == 1 && strings.Contains(refused.Stderr, "leave platforms, provenance and sbom out"), "%s", refused)
			plain := build("generator="+scanner, "--sbom=false")
			assert.Equal(t, plain.Code, 0, "%s", plain)
			return
		}
		for _, at := range []struct {
			sbom string
			args []string
		}{
			{"generator=" + scanner, nil},
			{"false", []string{"--sbom=generator=" + scanner}},
			{"generator=" + l.Host(1).Address(t) + ":5000/scanner:1", []string{"--builder", own.unix()}},
		} {
			r := build(at.sbom, at.args...)
			assert.Equal(t, r.Code, 0, "%s", r)
			assert.Check(t, is.Contains(listed(t), `"packages":[{"name":"what-is-in-it"}]`))
			l.Host(1).Docker(t, "rmi", p.Name+"-web")
		}
		r := build("false")
		assert.Equal(t, r.Code, 0, "%s", r)
		assert.Check(t, !strings.Contains(listed(t), "spdx.dev"))
	})
}
