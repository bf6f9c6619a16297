package buildx

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// keep writes what buildx would keep, a file for each path, and returns the folder.
func keep(t *testing.T, files map[string]any) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		path := filepath.Join(folder, name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		text, isText := content.(string)
		b := []byte(text)
		if !isText {
			var err error
			b, err = json.Marshal(content)
			assert.NilError(t, err)
		}
		assert.NilError(t, os.WriteFile(path, b, 0o600))
	}
	return folder
}

func TestChosen(t *testing.T) {
	const engine, key = "unix:///var/run/docker.sock", "13c4025c96f36e94b348"
	assert.Equal(t, defaultsKey(engine), key)
	one := record{Name: "one", Driver: "remote"}
	for _, c := range []struct {
		name  string
		files map[string]any
		want  string
	}{
		{"nothing kept", nil, ""},
		{"chosen for this engine", map[string]any{"instances/one": one, "current": map[string]any{"Key": engine, "Name": "one"}}, "one"},
		{"the engine's own chosen", map[string]any{"instances/one": one, "current": map[string]any{"Key": engine, "Name": ""}}, ""},
		{"chosen for another engine", map[string]any{"instances/one": one, "current": map[string]any{"Key": "other", "Name": "one"}}, ""},
		{"chosen for all", map[string]any{"instances/one": one, "current": map[string]any{"Key": "other", "Name": "one", "Global": true}}, "one"},
		{"default of this engine", map[string]any{"instances/one": one, "current": map[string]any{"Key": "other"}, "defaults/" + key: "one"}, "one"},
		{"removed since", map[string]any{"current": map[string]any{"Key": engine, "Name": "one"}}, ""},
		{"default removed since", map[string]any{"defaults/" + key: "one"}, ""},
	} {
		got, err := (&Builders{Folder: keep(t, c.files)}).Chosen(engine)
		assert.NilError(t, err, c.name)
		assert.Equal(t, got, c.want, c.name)
	}
	_, err := (&Builders{Folder: keep(t, map[string]any{"current": "{"})}).Chosen(engine)
	assert.ErrorContains(t, err, "read buildx's current builder")
}

func TestFindBuildersThatCantBeReached(t *testing.T) {
	node := func(n node) []node { return []node{n} }
	b := &Builders{
		Current: "here", Contexts: func(name string) bool { return name == "elsewhere" },
		Folder: keep(t, map[string]any{
			"instances/pods":     record{Name: "pods", Driver: "kubernetes", Nodes: node(node0())},
			"instances/broken":   "{",
			"instances/empty":    record{Name: "empty", Driver: "remote"},
			"instances/halftls":  record{Name: "halftls", Driver: "remote", Nodes: node(remoteNode("tcp://b:1", "cert", "/c"))},
			"instances/relative": record{Name: "relative", Driver: "remote", Nodes: node(remoteNode("tcp://b:1", "cacert", "ca.pem"))},
			"instances/pod":      record{Name: "pod", Driver: "remote", Nodes: node(remoteNode("kube-pod://b"))},
		}),
	}
	for name, want := range map[string]string{
		"absent":                           `no builder "absent" found: ` + "`docker buildx ls` lists",
		"elsewhere":                        "builder elsewhere is a Docker context that isn't in use: use `--context elsewhere`",
		"pods":                             "builder pods: its driver is kubernetes, and only those of the drivers remote and docker-container are reached from here",
		"broken":                           "read builder broken in ",
		"empty":                            "builder empty has no nodes",
		"halftls":                          "builder halftls: tls enabled, but missing keys cacert, key",
		"relative":                         "builder relative: non-absolute path 'ca.pem' provided for cacert",
		"pod":                              "builder pod: a builder is a name, or an address",
		"tcp://b":                          "builder tcp://b: a builder is a name, or an address",
		"tcp://b:1,cacert=/nowhere/ca.pem": "builder tcp://b:1: read cacert: open /nowhere/ca.pem",
	} {
		_, err := b.Find(t.Context(), name, nil, nil)
		assert.ErrorContains(t, err, want)
	}
	assert.Check(t, b.IsEngine("default") && b.IsEngine("here"))
	assert.Check(t, !b.IsEngine("pods") && !b.IsEngine("elsewhere"))
}

func node0() node { return node{Name: "n0"} }

// remoteNode is a node of the driver remote, with options KEY, VALUE, ….
func remoteNode(address string, options ...string) node {
	n := node{Name: "n0", Endpoint: address, DriverOpts: map[string]string{}}
	for i := 0; i+1 < len(options); i += 2 {
		n.DriverOpts[options[i]] = options[i+1]
	}
	return n
}

func TestNodeFor(t *testing.T) {
	var r record
	assert.NilError(t, json.Unmarshal([]byte(`{"Name": "many", "Nodes": [
		{"Name": "amd", "Platforms": [{"os": "linux", "architecture": "amd64"}]},
		{"Name": "arm", "Platforms": [{"os": "linux", "architecture": "arm64"}, {"os": "linux", "architecture": "arm", "variant": "v7"}]}]}`), &r))
	for _, c := range []struct {
		platforms []string
		want      string
	}{
		{nil, "amd"},
		{[]string{"linux/arm64"}, "arm"},
		{[]string{"linux/arm/v7", "linux/arm64"}, "arm"},
		{[]string{"linux/amd64"}, "amd"},
	} {
		n, err := r.nodeFor(c.platforms)
		assert.NilError(t, err)
		assert.Equal(t, n.Name, c.want, "%v", c.platforms)
	}
	_, err := r.nodeFor([]string{"linux/amd64", "linux/arm64"})
	assert.ErrorContains(t, err, "builder many: none of its 2 nodes is for linux/amd64 and linux/arm64; an image of several platforms is built by one node")
	r.Nodes = append(r.Nodes, node{Name: "any"})
	n, err := r.nodeFor([]string{"linux/amd64", "linux/arm64"})
	assert.NilError(t, err)
	assert.Equal(t, n.Name, "any")
}
