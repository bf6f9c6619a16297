package container_test

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// canonical is v as JSON without what may differ between two tools that ask for
// the same: the order of what has no order, the version of the tool, and the
// digests that depend on an engine's images.
func canonical(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	assert.NilError(t, err)
	var tree any
	assert.NilError(t, json.Unmarshal(raw, &tree))
	text, err := json.MarshalIndent(order("", tree), "", "  ")
	assert.NilError(t, err)
	return string(text)
}

// unordered are the lists that engines read as sets.
func unordered(key string) bool {
	return slices.Contains([]string{
		"Env", "Binds", "Mounts", "ExtraHosts", "Ulimits", "Aliases", "Links", "DNSNames", "files",
	}, key)
}

func order(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			v[k] = order(k, child)
		}
		orderLabels(v)
		// What engines don't read: a flag that is always on, and the address of
		// a gateway, where Docker Compose repeats the container's own.
		delete(v, "CheckDuplicate")
		delete(v, "IPv6Gateway")
		if _, ok := v["OpenStdin"]; ok {
			// Engines before API 1.44 want a MAC address here, and Docker Compose
			// leaves it out, so that they make one up.
			delete(v, "MacAddress")
		}
		if v["Driver"] == "default" {
			v["Driver"] = "" // the same, for addresses
		}
		return v
	case []any:
		for i, child := range v {
			v[i] = order("", child)
			if name, ok := v[i].(string); ok && strings.HasPrefix(key, "Cap") {
				v[i] = strings.TrimPrefix(name, "CAP_") // the engine's client adds it
			}
		}
		if unordered(key) {
			slices.SortFunc(v, func(a, b any) int { return cmp.Compare(text(a), text(b)) })
		}
	}
	return v
}

func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func orderLabels(labels map[string]any) {
	delete(labels, hosts.LabelImage)
	delete(labels, hosts.LabelImageVolumeDigest)
	if _, ok := labels[hosts.LabelVersion]; ok {
		labels[hosts.LabelVersion] = "VERSION"
	}
	if deps, ok := labels[hosts.LabelDependsOn].(string); ok {
		list := strings.Split(deps, ",")
		slices.Sort(list)
		labels[hosts.LabelDependsOn] = strings.Join(list, ",")
	}
}

// anonymize replaces what an engine made up, which an inspection shows: IDs,
// times, and addresses on bridges.
func anonymize(inspection string, names map[string]string) string {
	for id, name := range names {
		inspection = strings.ReplaceAll(inspection, id, "<"+name+">")
		inspection = strings.ReplaceAll(inspection, id[:12], "<"+name+">")
	}
	for _, made := range []struct{ pattern, as string }{
		{`[0-9a-f]{64}`, "ID"},
		{`\d{4}-\d\d-\d\dT[0-9:.]+Z`, "TIME"},
		{`/[^"]*/overlay2/[^"]*`, "LAYER"},
		{`(172|192\.168)(\.\d+){2,3}(/\d+)?`, "ADDRESS"},
		{`([0-9a-f]{2}:){5}[0-9a-f]{2}`, "MAC"},
		{`netns/[0-9a-f]{12}`, "NAMESPACE"},
	} {
		inspection = regexp.MustCompile(made.pattern).ReplaceAllString(inspection, made.as)
	}
	return inspection
}
