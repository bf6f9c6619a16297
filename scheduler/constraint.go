package scheduler

import (
	"fmt"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Constraint is one line of deploy.placement.constraints: KEY == VALUE or
// KEY != VALUE. A host that lacks a label has the empty value for it.
type Constraint struct {
	// Key is in the spelling of this package, labels' names as they were written.
	Key   string
	Equal bool
	Value string
}

// String is the constraint without spaces: "node.labels.disk==ssd".
func (c Constraint) String() string {
	if c.Equal {
		return c.Key + "==" + c.Value
	}
	return c.Key + "!=" + c.Value
}

// ParseConstraint reads a constraint; its error repeats the text.
func ParseConstraint(text string) (Constraint, error) {
	key, value, equal, ok := split(text)
	if !ok {
		return Constraint{}, badConstraint(text, "write KEY==VALUE or KEY!=VALUE")
	}
	key, known := normalKey(key)
	switch {
	case !known:
		return Constraint{}, badConstraint(text, unknownKey(key))
	case value == "":
		return Constraint{}, badConstraint(text, "there is no value")
	case strings.ContainsAny(value, "=!"):
		return Constraint{}, badConstraint(text, "a value has no = or !")
	}
	return Constraint{Key: key, Equal: equal, Value: value}, nil
}

// unknownKey says what else the key may have been meant to be.
func unknownKey(key string) string {
	keys := []string{"node.id", "node.hostname", "node.platform.os", "node.platform.arch"}
	if parts := strings.SplitN(key, ".", 3); len(parts) == 3 && parts[2] != "" {
		keys = append(keys, "node.labels."+parts[2], "engine.labels."+parts[2])
	}
	if near := nearest(key, keys); near != "" {
		return fmt.Sprintf("there is no key %q; did you mean %q?", key, near)
	}
	return "the key is one of node.id, node.hostname, node.platform.os, node.platform.arch, node.labels.NAME, engine.labels.NAME"
}

func badConstraint(text, why string) error {
	return fmt.Errorf("placement constraint %q: %s", text, why)
}

// split cuts at the operator that comes first.
func split(text string) (key, value string, equal, ok bool) {
	i := strings.IndexAny(text, "=!")
	if i < 0 || !strings.HasPrefix(text[i+1:], "=") {
		return "", "", false, false
	}
	return strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+2:]), text[i] == '=', true
}

// normalKey lowers the words that are ours, and keeps the name of a label.
func normalKey(key string) (string, bool) {
	lower := strings.ToLower(key)
	for _, prefix := range []string{"node.labels.", "engine.labels."} {
		if strings.HasPrefix(lower, prefix) && len(key) > len(prefix) {
			return prefix + key[len(prefix):], true
		}
	}
	switch lower {
	case "node.id", "node.hostname", "node.platform.os", "node.platform.arch":
		return lower, true
	}
	return key, false
}

// Met tells whether the host meets the constraint. Values are compared without
// regard to case, as Swarm does.
func (c Constraint) Met(h *hosts.Host) bool {
	return c.equals(h) == c.Equal
}

func (c Constraint) equals(h *hosts.Host) bool {
	switch c.Key {
	case "node.hostname":
		// A user knows a host by the name it was declared under, too.
		return strings.EqualFold(h.Hostname, c.Value) || strings.EqualFold(h.Name, c.Value)
	case "node.platform.arch":
		return strings.EqualFold(h.Platform.Arch, hosts.ParsePlatform("/"+strings.ToLower(c.Value)).Arch)
	}
	return strings.EqualFold(c.attribute(h), c.Value)
}

func (c Constraint) attribute(h *hosts.Host) string {
	switch c.Key {
	case "node.id":
		return h.ID
	case "node.hostname":
		return h.Hostname
	case "node.platform.os":
		return h.Platform.OS
	case "node.platform.arch":
		return h.Platform.Arch
	}
	if name, ok := strings.CutPrefix(c.Key, "node.labels."); ok {
		return h.Labels[name]
	}
	return h.EngineLabels[strings.TrimPrefix(c.Key, "engine.labels.")]
}
