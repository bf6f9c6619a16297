package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// source is one YAML document, kept for the places of its values: compose-go
// merges the files and forgets where each value came from.
type source struct {
	// name is shown to the user, file is the absolute path or "-".
	name, file string
	root       *yaml.Node
}

type sources []source

// readSources parses the project's files and, as far as they can be found,
// those that they include or extend.
func readSources(workingDir string, details types.ConfigDetails) (sources, error) {
	r := newSourceReader(workingDir, details)
	err := r.addAll()
	return r.sources, err
}

type sourceReader struct {
	workingDir string
	details    types.ConfigDetails
	seen       map[string]bool
	sources    sources
	// incomplete tells that files are missing that others refer to, or that
	// compose-go may take others.
	incomplete bool
}

func newSourceReader(workingDir string, details types.ConfigDetails) *sourceReader {
	return &sourceReader{workingDir: workingDir, details: details, seen: map[string]bool{}}
}

// addAll adds the project's files.
func (r *sourceReader) addAll() error {
	for _, f := range r.details.ConfigFiles {
		if err := r.add(f.Filename, f.Content); err != nil {
			return err
		}
	}
	return nil
}

func (r *sourceReader) add(file string, content []byte) error {
	r.seen[file] = true
	docs, err := parse(display(r.workingDir, file), file, content)
	if err != nil {
		return err
	}
	r.sources = append(r.sources, docs...)
	for _, doc := range docs {
		for _, ref := range references(doc.root) {
			if err := r.follow(file, ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow adds a file that another refers to. One that isn't found is left to
// compose-go, whose error says who wanted it.
func (r *sourceReader) follow(from, ref string) error {
	name, err := template.SubstituteWithOptions(ref, r.details.LookupEnv, template.WithoutLogging)
	r.incomplete = r.incomplete || name != ref // an include may have an environment of its own
	if err != nil || remote(name) {
		r.incomplete = true
		return nil //nolint:nilerr // compose-go substitutes again, and reports it
	}
	for _, dir := range []string{filepath.Dir(from), r.details.WorkingDir} {
		file := absolute(dir, []string{name})[0]
		if r.seen[file] {
			return nil
		}
		if isFile(file) != nil {
			continue
		}
		content, err := readFile(file, nil)
		if err != nil {
			return err
		}
		return r.add(file, content)
	}
	r.incomplete = true
	return nil
}

// parse reads the YAML documents of a file.
func parse(name, file string, content []byte) (sources, error) {
	var docs sources
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var root yaml.Node
		err := decoder.Decode(&root)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, yamlError(name, err)
		}
		docs = append(docs, source{name: name, file: file, root: document(&root)})
	}
}

// document is a document's value.
func document(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		return n.Content[0]
	}
	return n
}

// yamlError says where a file stops being YAML.
func yamlError(name string, err error) error {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return fmt.Errorf("%s: isn't valid YAML: %s", name, oneLine(err.Error()))
	}
	message := load.Message
	if load.ContextMsg != "" {
		message = load.ContextMsg + ": " + message
	}
	at := Position{File: name, Line: load.Mark.Line, Column: load.Mark.Column}
	return &Error{Position: at, Message: "isn't valid YAML: " + oneLine(message)}
}

// references are the files that a document includes or extends, as written.
func references(root *yaml.Node) []string {
	var refs []string
	for _, entry := range elements(child(root, "include")) {
		if entry.Kind == yaml.MappingNode {
			refs = append(refs, scalars(child(entry, "path"))...)
			continue
		}
		refs = append(refs, scalars(entry)...)
	}
	services := child(root, "services")
	for i := 1; services != nil && i < len(services.Content); i += 2 {
		refs = append(refs, scalars(child(child(services.Content[i], "extends"), "file"))...)
	}
	return refs
}

// scalars are the strings of a scalar or of a sequence of scalars.
func scalars(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var out []string
	for _, e := range elements(n) {
		if e.Kind == yaml.ScalarNode {
			out = append(out, e.Value)
		}
	}
	return out
}

// display is a file's name for the user.
func display(workingDir, file string) string {
	if file == stdin {
		return "<stdin>"
	}
	rel, err := filepath.Rel(workingDir, file)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return file
	}
	return rel
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
