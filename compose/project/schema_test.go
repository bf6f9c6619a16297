package project

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// definitions are the parts of the schema that structs stand for.
func definitions() map[string]reflect.Type {
	return map[string]reflect.Type{
		"project":      reflect.TypeFor[declaredProject](),
		"service":      reflect.TypeFor[declaredService](),
		"config":       reflect.TypeFor[declaredConfig](),
		"location":     reflect.TypeFor[declaredLocation](),
		"headroom":     reflect.TypeFor[declaredHeadroom](),
		"host":         reflect.TypeFor[declaredHost](),
		"tls":          reflect.TypeFor[declaredTLS](),
		"placement":    reflect.TypeFor[declaredPlacement](),
		"network":      reflect.TypeFor[declaredNetwork](),
		"build":        reflect.TypeFor[declaredBuild](),
		"image":        reflect.TypeFor[declaredImage](),
		"serviceBuild": reflect.TypeFor[declaredServiceBuild](),
		"program":      reflect.TypeFor[declaredProgram](),
	}
}

// keysOf are the keys that the schema allows in a definition.
func keysOf(t *testing.T, definition string) (allowed []string) {
	t.Helper()
	var schema map[string]any
	assert.NilError(t, yaml.Unmarshal([]byte(Schema()), &schema))
	d := schema["$defs"].(map[string]any)[definition].(map[string]any)
	if definition == "host" {
		d = d["anyOf"].([]any)[1].(map[string]any)
	}
	assert.Equal(t, d["additionalProperties"], false)
	return slices.Sorted(maps.Keys(d["properties"].(map[string]any)))
}

func TestSchemaHasTheKeysOfTheStructs(t *testing.T) {
	for definition, declared := range definitions() {
		t.Run(definition, func(t *testing.T) {
			assert.DeepEqual(t, keysOf(t, definition), slices.Sorted(maps.Keys(keys(declared))))
		})
	}
}

func TestEveryDeclaredStructIsInTheSchema(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(d reflect.Type) {
		switch d.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(d.Elem())
		case reflect.Struct:
			if !strings.HasPrefix(d.Name(), "declared") || seen[d] {
				return
			}
			seen[d] = true
			for i := range d.NumField() {
				visit(d.Field(i).Type)
			}
		}
	}
	visit(reflect.TypeFor[declaredProject]())
	visit(reflect.TypeFor[declaredService]())
	visit(reflect.TypeFor[declaredConfig]())
	assert.Equal(t, len(seen), len(definitions()))
	for _, d := range definitions() {
		assert.Assert(t, seen[d], d.Name())
	}
}

func TestSchemaHasTheOptionsOfEveryTemplate(t *testing.T) {
	var schema map[string]any
	assert.NilError(t, yaml.Unmarshal([]byte(Schema()), &schema))
	properties := schema["$defs"].(map[string]any)["template"].(map[string]any)["properties"].(map[string]any)
	names := optionNames(hosts.TemplateOptions())
	slices.Sort(names)
	assert.DeepEqual(t, slices.Sorted(maps.Keys(properties)), names)
}

func TestSchemaNamesTheStrategies(t *testing.T) {
	var schema map[string]any
	assert.NilError(t, yaml.Unmarshal([]byte(Schema()), &schema))
	named := map[string]bool{}
	for _, word := range schema["$defs"].(map[string]any)["strategy"].(map[string]any)["enum"].([]any) {
		named[spelling(word.(string))] = true
	}
	assert.DeepEqual(t, slices.Sorted(maps.Keys(named)), scheduler.NewCatalog().Names())
}

// anyStrategy is the scheduler's catalog, but for values: it takes any.
type anyStrategy struct{}

func (anyStrategy) Names() []string {
	return scheduler.NewCatalog().Names()
}

func (anyStrategy) Check(hosts.Strategy) error { return nil }

func (anyStrategy) Services(hosts.Strategy) []string { return nil }

func (anyStrategy) Contradiction(string, string) string { return "" }

// byCode is what the decoder says of a value of a definition.
func byCode(definition string, v any) error {
	d := &decoder{catalog: anyStrategy{}}
	d.value(nil, v, reflect.New(definitions()[definition]).Elem())
	if len(d.problems) > 0 {
		return fmt.Errorf("%v", d.problems)
	}
	return nil
}

func TestSchemaAndCodeAgree(t *testing.T) {
	for _, c := range []struct {
		definition string
		valid      bool
		samples    []string
	}{
		{"project", true, []string{
			`{}`, `{location: eu}`, `{location: [eu, us-1]}`, `{placement: {}}`, `{network: {}}`, `{locations: {}}`, `{locations: {eu: {}}}`,
		}},
		{"project", false, []string{
			`[]`, `text`, `7`, `{Location: eu}`, `{location: ""}`, `{location: []}`, `{location: null}`, `{location: 7}`, `{location: [eu, 7]}`,
			`{location: "a b"}`, `{location: -a}`, `{placement: []}`, `{placement: null}`, `{network: x}`, `{locations: []}`, `{locations: {eu: null}}`, `{locations: {"": {}}}`, `{locations: {a b: {}}}`,
			`{services: {}}`, `{locations: {eu: {provider: 7}}}`, `{placement: {when: true}}`,
		}},
		{"service", true, []string{`{}`, `{location: eu, placement: {strategies: [random]}}`}},
		{"service", false, []string{`{network: {}}`, `{locations: {}}`, `{placement: {exclusive: sometimes}}`, `[]`}},
		{"config", true, []string{`{}`, `{locations: {eu: {hosts: [ssh://a]}}}`, `{default: eu, locations: {eu: {}}}`}},
		{"config", false, []string{`{location: eu}`, `{default: 7}`, `{default: ""}`, `{default: null}`, `{locations: {eu: {min: 1}}}`, `{locations: {eu: {provider: fake}}}`}},
		{"placement", true, []string{
			`{strategies: []}`, `{strategies: [random, breadth-first, {max-containers: 3}, maxContainers: 4]}`, `{strategies: [max-containers: null]}`,
			`{affinity: []}`, `{affinity: [not service db]}`, `{affinity: same}`, `{exclusive: false}`, `{exclusive: "true"}`, `{when: "true"}`, `{prefer: host.free.cpus}`,
			`{strategies: [affinity: [same], {spread: zone}, {labels: {disk: ssd}}, reserved, exclusive, {when: "true"}]}`,
		}},
		{"placement", false, []string{
			`{strategies: random}`, `{strategies: [7]}`, `{strategies: [null]}`, `{strategies: [{}]}`, `{strategies: [[random]]}`,
			`{strategies: [{random: true, depth-first: true}]}`, `{strategies: [fastest]}`, `{strategies: [{fastest: 1}]}`,
			`{affinity: [7]}`, `{affinity: [""]}`, `{affinity: 7}`, `{affinity: ""}`, `{affinity: {}}`, `{exclusive: 1}`, `{exclusive: null}`, `{when: true}`, `{when: ""}`, `{prefer: 1}`,
		}},
		{"network", true, []string{
			`{}`, `{cidr: 10.0.0.0/8, size: 24, encrypt: true}`, `{size: 13}`, `{size: "24"}`, `{encrypt: "false"}`, `{cidr: 192.168.0.0/16, size: 29}`,
		}},
		{"network", false, []string{
			`{cidr: 10.0.0.0}`, `{cidr: "fd00::/8"}`, `{cidr: 7}`, `{cidr: ""}`, `{cidr: null}`, `{size: 7}`, `{size: 30}`, `{size: 24.5}`, `{size: big}`,
			`{size: null}`, `{encrypt: 1}`, `{encrypt: "yes"}`, `{encrypt: null}`, `{mtu: 1400}`,
		}},
		{"location", true, []string{
			`{}`, `{hosts: []}`, `{labels: {a: b, n: 1, f: 1.5, t: true, e: ""}}`, `{strategies: [max-containers: 16]}`,
			`{template: {}}`, `{template: {docker: docker.com, docker-version: 29}}`, `{provider: fake, max: 3}`, `{provider: fake, max: "3", min: 1, headroom: {percent: 10}, remove-empty: true, template: {}}`,
			`{provider: fake, max: 1, template: {size: 4, image: 24.04, ssh-keys: k.pub, docker: docker.com, start-timeout: 1h30m, own: [1, {a: b}]}}`,
			`{provider: fake, max: 1, template: {ssh-keys: [a.pub, b.pub], docker-version: 29.1, user: "debian"}}`,
		}},
		{"location", false, []string{
			`{hosts: ssh://a}`, `{hosts: [null]}`, `{labels: [a=b]}`, `{labels: {a: null}}`, `{labels: {a: [b]}}`, `{labels: {a: {b: c}}}`, `{strategies: {}}`,
			`{template: {size: a}}`, `{template: {docker: snap}}`, `{min: 0}`, `{max: 10}`, `{headroom: {containers: 4}}`, `{remove-empty: true}`, `{provider: ""}`, `null`,
			`{provider: fake}`, `{provider: fake, max: 1, hosts: []}`, `{provider: fake, max: -1}`, `{provider: fake, max: 1, min: few}`, `{provider: fake, max: 1, template: []}`,
			`{provider: fake, max: 1, template: {size: []}}`, `{provider: fake, max: 1, template: {docker: snap}}`, `{provider: fake, max: 1, template: {ssh-keys: []}}`,
			`{provider: fake, max: 1, template: {start-timeout: 10}}`, `{provider: fake, max: 1, template: {start-timeout: soon}}`, `{provider: fake, max: 1, remove-empty: 3}`, `{provider: fake, max: 1, headroom: 3}`,
		}},
		{"host", true, []string{
			`ssh://root@10.0.0.11`, `ssh://h:2222`, `"ssh://[::1]"`, `tcp://h:2376`, `unix:///var/run/docker.sock`, `{context: c}`, `{endpoint: ssh://h}`,
			`{name: big, endpoint: tcp://h:1, tls: {ca: a, cert: b, key: c}, labels: {disk: ssd}}`, `{endpoint: tcp://h:1, tls: {}}`,
			`{address: h, context: c}`, `{address: 10.0.0.7, endpoint: unix:///s}`, `{address: "fd00::7", endpoint: ssh://h}`,
		}},
		{"host", false, []string{
			`h`, `""`, `7`, `null`, `[]`, `http://h`, `ssh://`, `"ssh://u:p@h"`, `tcp://h`, `unix://relative`, `{}`, `{name: a}`, `{endpoint: ssh://h, context: c}`,
			`{endpoint: h}`, `{name: "a b", context: c}`, `{name: 7, context: c}`, `{name: "", context: c}`, `{context: ""}`, `{context: 7}`, `{endpoint: ssh://h, tls: {}}`,
			`{context: c, tls: {}}`, `{endpoint: tcp://h:1, tls: {ca: ""}}`, `{endpoint: tcp://h:1, tls: {skip: true}}`, `{endpoint: tcp://h:1, tls: true}`, `{address: "h:1", context: c}`, `{address: a b, context: c}`, `{address: "", context: c}`, `{address: 7, context: c}`, `{address: h}`,
		}},
		{"headroom", true, []string{
			`{}`, `{containers: 4, percent: 12.5, cpus: 0.5, memory: 2GiB}`, `{memory: 512m}`, `{memory: 1024}`, `{memory: "1.5 gb"}`, `{memory: 1b}`, `{cpus: "2"}`,
		}},
		{"headroom", false, []string{
			`{containers: -1}`, `{containers: 1.5}`, `{containers: many}`, `{percent: 101}`, `{percent: -1}`, `{cpus: -1}`, `{memory: lots}`, `{memory: -1}`, `{memory: 1.5}`,
			`{memory: 2 GiBs}`, `{memory: null}`, `{hosts: 1}`,
		}},
	} {
		schema := compile(t, c.definition)
		for _, sample := range c.samples {
			t.Run(c.definition+"/"+sample, func(t *testing.T) {
				var v any
				assert.NilError(t, yaml.Unmarshal([]byte(sample), &v))
				assert.Equal(t, byCode(c.definition, v) == nil, c.valid, "code: %v", byCode(c.definition, v))
				assert.Equal(t, schema.Validate(v) == nil, c.valid, "schema: %v", schema.Validate(v))
			})
		}
	}
}

// compile is the schema of one definition.
func compile(t *testing.T, definition string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema()))
	assert.NilError(t, err)
	c := jsonschema.NewCompiler()
	assert.NilError(t, c.AddResource("x-clocker.schema.json", doc))
	s, err := c.Compile("x-clocker.schema.json#/$defs/" + definition)
	assert.NilError(t, err)
	return s
}
