package project

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/moby/sys/atomicwriter"
	"go.yaml.in/yaml/v4"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// AddHost declares a host in a location and writes the file, comments and order
// kept; a new location is made for it, and the first of all is the default. Of
// the host its Name ("" for the endpoint's own), Endpoint and Labels count. The
// result is the file as it is then; what wouldn't be valid isn't written.
func (c Config) AddHost(location string, h hosts.Host) (Config, error) {
	changed, after, err := c.withHost(location, h)
	if err != nil {
		return changed, err
	}
	return changed, writeConfig(c.path, after)
}

// CheckHost is the error that AddHost would give before it writes: what is wrong
// with a host is known without a wait for its answer.
func (c Config) CheckHost(location string, h hosts.Host) error {
	_, _, err := c.withHost(location, h)
	return err
}

// withHost is the file with one host more, read and as text.
func (c Config) withHost(location string, h hosts.Host) (Config, []byte, error) {
	c, err := ReadConfig(c.path, c.providers...)
	if err != nil {
		return c, nil, err
	}
	derived := nameOf(h.Endpoint)
	called := h.Name
	if called == "" {
		called = derived
	}
	if other, ok := c.findHost(called); ok {
		return c, nil, fmt.Errorf("there is a host %q already: %s; give this one another name", called, whereHost(other, nil, c, 0))
	}
	if called == derived {
		h.Name = ""
	}
	return c.edited(func(root *yaml.Node) {
		if len(c.Locations) == 0 {
			entry(root, "default", scalarNode(location))
		}
		l := entry(entry(root, "locations", mappingNode()), location, mappingNode())
		list := entry(l, "hosts", &yaml.Node{Kind: yaml.SequenceNode})
		list.Style &^= yaml.FlowStyle
		list.Content = append(list.Content, hostNode(h))
	})
}

// RemoveHost takes a host out of the file; its location stays, for what else it
// says. It is an error where no location has the host.
func (c Config) RemoveHost(name string) (Config, error) {
	c, err := ReadConfig(c.path, c.providers...)
	if err != nil {
		return c, err
	}
	h, ok := c.findHost(name)
	if !ok {
		return c, fmt.Errorf("%s has no host %q%s", c.path, name, suggest(name, c.hostNames()))
	}
	declared := c.Locations[h.Location].Hosts
	i := slices.IndexFunc(declared, func(other hosts.Host) bool { return other.Name == name })
	changed, after, err := c.edited(func(root *yaml.Node) {
		list := resolve(child(child(child(root, "locations"), h.Location), "hosts"))
		list.Content = slices.Delete(list.Content, i, i+1)
	})
	if err != nil {
		return changed, err
	}
	return changed, writeConfig(c.path, after)
}

func (c Config) hostNames() []string {
	var names []string
	for _, l := range c.Locations {
		for _, h := range l.Hosts {
			names = append(names, h.Name)
		}
	}
	return names
}

func (c Config) findHost(name string) (hosts.Host, bool) {
	for _, l := range c.Locations {
		for _, h := range l.Hosts {
			if h.Name == name {
				return h, true
			}
		}
	}
	return hosts.Host{}, false
}

// edited changes the file's tree and checks what came out, which it returns as text, too.
func (c Config) edited(change func(root *yaml.Node)) (Config, []byte, error) {
	before, err := readConfigFile(c.path)
	if err != nil {
		return c, nil, err
	}
	after, err := editYAML(before, change)
	if err != nil {
		return c, nil, fmt.Errorf("edit config file %s: %w", c.path, err)
	}
	changed, err := parseConfig(c.path, after, c.providers)
	if err != nil {
		return c, nil, err
	}
	return changed, after, nil
}

// editYAML changes the mapping that a document is. One without any, which may
// hold comments, keeps its text.
func editYAML(before []byte, change func(root *yaml.Node)) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(before, &doc); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if root := document(&doc); root.Kind != yaml.MappingNode {
		doc = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{mappingNode()}}
		out.Write(before)
	}
	change(document(&doc))
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(&doc)
	return out.Bytes(), err
}

// writeConfig replaces the file at once, so that no reader sees half of it. It
// is the user's alone, because it says how to reach machines.
func writeConfig(path string, content []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the file that a link leads to is replaced, not the link
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write config file %s: %w", path, reason(err))
	}
	if err := atomicwriter.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("write config file %s: %w", path, reason(err))
	}
	return nil
}
