package project

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// tellValues finds what in the files somebody may not want to publish.
func (p *Project) tellValues(to *Publication) {
	for _, src := range p.sources {
		services := child(src.root, "services")
		for i := 0; services != nil && i+1 < len(services.Content); i += 2 {
			name, service := services.Content[i].Value, services.Content[i+1]
			if child(service, "env_file") != nil && !slices.Contains(to.Variables, name) {
				to.Variables = append(to.Variables, name)
			}
			to.Literals[name] = append(to.Literals[name], literals(child(service, "environment"))...)
		}
		for _, section := range []string{"configs", "secrets"} {
			things := child(src.root, section)
			for i := 0; things != nil && i+1 < len(things.Content); i += 2 {
				if c := child(things.Content[i+1], "content"); c != nil && literal(c.Value) {
					to.Contents = append(to.Contents, strings.TrimSuffix(section, "s")+" "+quoted(things.Content[i].Value))
				}
			}
		}
	}
	maps.DeleteFunc(to.Literals, func(_ string, keys []string) bool { return len(keys) == 0 })
	slices.Sort(to.Variables)
}

func quoted(word string) string { return `"` + word + `"` }

// literals are the keys of an environment that look secret and have values that
// stand there, not in variables.
func literals(n *yaml.Node) []string {
	var keys []string
	add := func(key, value string) {
		if secretive(key) && value != "" && literal(value) {
			keys = append(keys, key)
		}
	}
	switch {
	case n == nil:
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			add(n.Content[i].Value, n.Content[i+1].Value)
		}
	default:
		for _, e := range elements(n) {
			key, value, _ := strings.Cut(e.Value, "=")
			add(key, value)
		}
	}
	slices.Sort(keys)
	return keys
}

// literal tells a value that stands in the file from a variable.
func literal(value string) bool {
	return !strings.HasPrefix(value, "${") || !strings.HasSuffix(value, "}")
}

// secretive tells whether a key sounds as if its value were a secret.
func secretive(key string) bool {
	for _, sign := range []string{"PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "AUTH", "PRIVATE", "CERT", "DSN"} {
		if strings.Contains(strings.ToUpper(key), sign) {
			return true
		}
	}
	return false
}

// bindMounts are the paths of hosts that services mount.
func (p *Project) bindMounts() map[string][]string {
	all := map[string][]string{}
	for name, s := range p.Services {
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind {
				mode := "rw"
				if v.ReadOnly {
					mode = "ro"
				}
				all[name] = append(all[name], v.Source+":"+v.Target+":"+mode)
			}
		}
	}
	return all
}
