package e2e

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const module = "github.com/clocker-compose/clocker-compose/"

// layers are the packages that each package may import, lowest first. An entry stands for its subfolders too, but
// "hosts" does not for the adapters in it: those are known to cmd alone.
var layers = []struct {
	folder string
	may    []string
}{
	{"hosts/docker", []string{"hosts"}},
	{"hosts/buildkit", []string{"hosts"}},
	{"hosts/buildx", []string{"hosts"}},
	{"hosts/fake", []string{"hosts"}},
	{"hosts/conformance", []string{"hosts"}},
	{"hosts/invented", []string{"hosts"}},
	{"hosts/certs", nil},
	{"hosts/join", []string{"hosts"}},
	{"hosts/machines", []string{"hosts"}},
	{"hosts/program", []string{"hosts"}},
	{"hosts/meter", []string{"hosts", "hosts/meter"}},
	{"hosts/tag", []string{"hosts"}},
	{"hosts/cloudtest", []string{"hosts"}},
	{"hosts/hetzner", []string{"hosts", "hosts/tag"}},
	{"hosts/libvirt", []string{"hosts"}},
	{"hosts/local", []string{"hosts"}},
	{"hosts/openstack", []string{"hosts"}},
	{"hosts/digitalocean", []string{"hosts", "hosts/tag"}},
	{"hosts/ec2", []string{"hosts", "hosts/tag"}},
	{"hosts/gce", []string{"hosts", "hosts/tag"}},
	{"hosts/courier", []string{"hosts", "hosts/courier"}},
	{"hosts", nil},
	{"weave", []string{"hosts", "weave"}},
	{"scheduler", []string{"hosts"}},
	{"compose/project", []string{"hosts"}},
	{"compose/state", []string{"hosts"}},
	{"compose/tree", nil},
	{"compose/watcher", nil},
	{"compose/archive", nil},
	{"compose/remote/remotetest", nil},
	{"compose/remote", nil},
	{"compose/provider", nil},
	{"compose/container", []string{"hosts", "compose/project", "compose/tree"}},
	{"compose/plan", []string{"hosts", "scheduler", "compose/project", "compose/state", "compose/tree", "compose/container"}},
	{"compose/execute", []string{"hosts", "compose/tree", "compose/container", "compose/plan"}},
	{"compose", []string{"hosts", "scheduler", "compose"}},
	{"cmd/clocker-driver", []string{"hosts", "weave/driver", "hosts/meter/gauge", "hosts/courier/depot"}},
	{"cmd/clocker-compose", []string{"cmd/clocker-compose", "compose", "hosts", "hosts/buildkit", "hosts/buildx", "hosts/certs", "hosts/courier", "hosts/digitalocean", "hosts/docker", "hosts/ec2", "hosts/gce", "hosts/hetzner", "hosts/invented", "hosts/join", "hosts/libvirt", "hosts/local", "hosts/machines", "hosts/meter", "hosts/openstack", "hosts/program", "scheduler", "weave"}},
	{"e2e", nil},
}

// client is what only hosts/docker may import.
const client = "github.com/moby/moby/client"

func TestPackagesImportOnlyWhatIsBelowThem(t *testing.T) {
	for folder, imports := range importsOfPackages(t) {
		allowed, known := allowedFor(folder)
		assert.Assert(t, known, "%s belongs to no layer: add it to this test and to .golangci.yml", folder)
		for _, imported := range imports {
			assert.Check(t, verdict(folder, imported, allowed) == "", verdict(folder, imported, allowed))
		}
	}
}

func TestAnImportOfAHigherLayerIsRefused(t *testing.T) {
	allowed, _ := allowedFor("compose/plan")
	assert.Equal(t, verdict("compose/plan", module+"compose/execute", allowed), "compose/plan must not import compose/execute")
	assert.Equal(t, verdict("compose/plan", module+"hosts/docker", allowed), "compose/plan must not import hosts/docker")
	assert.Equal(t, verdict("compose/plan", module+"hosts", allowed), "")
	assert.Equal(t, verdict("weave", client, nil), "weave must not import "+client+": only hosts/docker talks to engines")
}

// importsOfPackages asks the build which packages each package of the module imports, tests aside, by folder.
func importsOfPackages(t *testing.T) map[string][]string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	list.Dir = ".."
	out, err := list.Output()
	assert.NilError(t, err)
	packages := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		packages[strings.TrimPrefix(fields[0], module)] = fields[1:]
	}
	assert.Assert(t, len(packages) > 10, "go list names %d packages only", len(packages))
	return packages
}

func allowedFor(folder string) (allowed []string, known bool) {
	for _, layer := range layers {
		if within(folder, layer.folder) {
			return layer.may, true
		}
	}
	return nil, false
}

// verdict says what is wrong with an import, or nothing.
func verdict(folder, imported string, allowed []string) string {
	if imported == client && folder != "hosts/docker" {
		return fmt.Sprintf("%s must not import %s: only hosts/docker talks to engines", folder, client)
	}
	inner, own := strings.CutPrefix(imported, module)
	if !own || slices.ContainsFunc(allowed, func(a string) bool { return inner == a || a != "hosts" && within(inner, a) }) {
		return ""
	}
	return fmt.Sprintf("%s must not import %s", folder, inner)
}

func within(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}
