package project

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v4"
)

// Publication is a project as others get it: its files as they stand, in which
// the names of files that go with them were replaced.
type Publication struct {
	Files []PublishedFile
	// Variables are the services that have env files, Literals by service the
	// keys of variables that look secret and whose values stand in the files.
	Variables []string
	Literals  map[string][]string
	// Contents are the configs and secrets whose content stands in the files.
	Contents []string
	// Secrets are values that look like secrets, in the files and in those of
	// configs and secrets.
	Secrets []Secret
	// Mounts are, by service, the bind mounts: SOURCE:TARGET:MODE.
	Mounts map[string][]string
}

// PublishedFile is one file of a publication.
type PublishedFile struct {
	// Name is without a folder.
	Name    string
	Content []byte
	// Extended files are those that others extend, Env files hold variables.
	Extended, Env bool
	// path is where it comes from.
	path string
}

// Publish makes the publication of a project. Files that the project's own
// include, and images that must be built and have no name, are errors.
func (p *Project) Publish() (Publication, error) {
	if err := p.publishable(); err != nil {
		return Publication{}, err
	}
	w := publisher{project: p, published: &Publication{Mounts: p.bindMounts(), Literals: map[string][]string{}}, seen: map[string]bool{}}
	for _, path := range p.ComposeFiles {
		if path == stdin {
			return Publication{}, errors.New("a project that is read from standard input can't be published")
		}
		if err := w.add(path, PublishedFile{Name: filepath.Base(path)}); err != nil {
			return Publication{}, err
		}
	}
	p.tellValues(w.published)
	return *w.published, p.tellSecrets(w.published)
}

func (p *Project) publishable() error {
	var unnamed string
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		if s := p.Services[name]; s.Image == "" && s.Build != nil {
			unnamed += fmt.Sprintf("- %q\n", name)
		}
	}
	if unnamed != "" {
		return errors.New("your Compose stack cannot be published as it only contains a build section for service(s):\n" + unnamed)
	}
	for _, src := range p.sources {
		for _, entry := range elements(child(src.root, "include")) {
			paths := scalars(entry)
			if entry.Kind == yaml.MappingNode {
				paths = scalars(child(entry, "path"))
			}
			if slices.ContainsFunc(paths, func(path string) bool { return !remote(path) }) {
				return errors.New("cannot publish compose file with local includes")
			}
		}
	}
	return nil
}

// publisher collects the files of a publication.
type publisher struct {
	project   *Project
	published *Publication
	seen      map[string]bool
}

// add reads a file, and those that it names.
func (w *publisher) add(path string, f PublishedFile) (err error) {
	f.path = path
	if f.Content, err = readFile(path, nil); err != nil {
		return err
	}
	if f.Env {
		w.published.Files = append(w.published.Files, f)
		return nil
	}
	at := len(w.published.Files)
	w.published.Files = append(w.published.Files, f)
	w.published.Files[at].Content, err = w.rewritten(path, f.Content)
	return err
}

// rewritten is a compose file in which the names of env files and of files that
// it extends are those that these get. One that names none stays as it is.
func (w *publisher) rewritten(path string, raw []byte) ([]byte, error) {
	docs, err := parse(path, path, raw)
	if err != nil {
		return nil, err
	}
	changed := false
	for _, doc := range docs {
		services := child(doc.root, "services")
		for i := 1; services != nil && i < len(services.Content); i += 2 {
			did, err := w.service(path, services.Content[i])
			if err != nil {
				return nil, err
			}
			changed = changed || did
		}
	}
	if !changed {
		return raw, nil
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	for _, doc := range docs {
		if err := encoder.Encode(doc.root); err != nil {
			return nil, fmt.Errorf("write %s: %w", path, err)
		}
	}
	return out.Bytes(), nil
}

func (w *publisher) service(path string, service *yaml.Node) (changed bool, err error) {
	nodes := envFileNodes(child(service, "env_file"))
	if file := child(child(service, "extends"), "file"); file != nil {
		nodes = append(nodes, namedFile{node: file})
	}
	for _, n := range nodes {
		did, err := w.rename(path, n)
		if err != nil {
			return false, err
		}
		changed = changed || did
	}
	return changed, nil
}

// namedFile is a place of a compose file that names another file.
type namedFile struct {
	node *yaml.Node
	env  bool
}

// envFileNodes are the names in an env_file: one, a list, or objects with a path.
func envFileNodes(n *yaml.Node) []namedFile {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []namedFile{{n, true}}
	}
	var all []namedFile
	for _, e := range elements(n) {
		if e.Kind == yaml.MappingNode {
			e = child(e, "path")
		}
		if e != nil && e.Kind == yaml.ScalarNode {
			all = append(all, namedFile{e, true})
		}
	}
	return all
}

// rename publishes a file that is named, and gives its name in the publication,
// which follows from what is in it. One that doesn't exist stays named.
func (w *publisher) rename(from string, n namedFile) (changed bool, err error) {
	name, err := template.SubstituteWithOptions(n.node.Value, w.project.lookup, template.WithoutLogging)
	if err != nil || remote(name) {
		return false, err
	}
	path := absolute(filepath.Dir(from), []string{name})[0]
	content, err := readFile(path, nil)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	extension := ".yaml"
	if n.env {
		extension = ".env"
	}
	n.node.Value = fmt.Sprintf("%x%s", sha256.Sum256(content), extension)
	if w.seen[n.node.Value] {
		return true, nil
	}
	w.seen[n.node.Value] = true
	return true, w.add(path, PublishedFile{Name: n.node.Value, Env: n.env, Extended: !n.env})
}

func (p *Project) lookup(name string) (string, bool) {
	value, ok := p.Environment[name]
	return value, ok
}
