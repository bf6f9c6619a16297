package project

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// Render writes the project as one compose file, in "yaml" or "json", the same
// to the byte as Docker Compose's `config` does. x-clocker stays in it.
func Render(p *Project, format string) ([]byte, error) {
	if format != "yaml" && format != "json" {
		return nil, fmt.Errorf("unsupported format %q; there is yaml and json", format)
	}
	if p.model != nil {
		return renderModel(p.model, format)
	}
	content, err := p.render(format)
	if err != nil {
		return nil, fmt.Errorf("render project %s: %w", p.Name, err)
	}
	// What was $$ in the files is $ by now, and must be read as such again.
	return bytes.ReplaceAll(content, []byte("$"), []byte("$$")), nil
}

func (p *Project) render(format string) ([]byte, error) {
	if format == "json" {
		return p.MarshalJSON()
	}
	return renderYAML(p.Project)
}

// renderModel writes a project that was not interpolated.
func renderModel(model map[string]any, format string) ([]byte, error) {
	if format == "json" {
		return json.MarshalIndent(model, "", "  ")
	}
	return renderYAML(model)
}

// renderYAML writes YAML with the quotes that Docker Compose's writer chooses.
func renderYAML(v any) ([]byte, error) {
	var root yaml.Node
	if err := root.Encode(v); err != nil {
		return nil, err
	}
	quote(&root)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(&root)
	return out.Bytes(), err
}

// quote gives each quoted word the quotes that Docker Compose gives it: double
// ones where any YAML would take it for something else than text ("1",
// "true"), single ones where only YAML 1.1 would ('yes', '12:30').
func quote(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Style == yaml.DoubleQuotedStyle && plainText(n.Value) {
		n.Style = yaml.SingleQuotedStyle
	}
	for _, c := range n.Content {
		quote(c)
	}
}

// plainText tells whether a word is text without quotes, too.
func plainText(word string) bool {
	if strings.ContainsFunc(word, unicode.IsControl) {
		return false
	}
	if word == "<<" {
		return true
	}
	var v any
	err := (&yaml.Node{Kind: yaml.ScalarNode, Value: word}).Decode(&v)
	_, ok := v.(string)
	return err == nil && ok
}
