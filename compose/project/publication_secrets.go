package project

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/DefangLabs/secret-detector/pkg/dataformat"
	"github.com/DefangLabs/secret-detector/pkg/scanner"
	"github.com/DefangLabs/secret-detector/pkg/secrets"
	"go.yaml.in/yaml/v4"
)

// Secret is a value that looks like a secret.
type Secret struct {
	// Kind is what it looks like: "AWS Client ID". File is where it stands, and Key
	// what it belongs to there, "" where that is nothing.
	Kind, File, Key string
}

// tellSecrets looks for secrets where Docker Compose does: in all that is published,
// and in the files of configs and secrets.
func (p *Project) tellSecrets(to *Publication) error {
	scan := scanner.NewDefaultScanner()
	for _, f := range to.Files {
		content, format := f.Content, dataformat.FromPath(f.path)
		if !f.Env {
			content = withMaps(content)
		}
		found, err := scan.ScanStringWithFormat(string(content), format)
		if err != nil {
			return fmt.Errorf("look for secrets in %s: %w", f.path, err)
		}
		to.addSecrets(f.path, found)
	}
	for _, path := range p.contentFiles() {
		found, err := scan.ScanFile(path)
		if err != nil && !errors.As(err, new(*secrets.NotTextFileError)) && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("look for secrets in %s: %w", path, reason(err))
		}
		to.addSecrets(path, found)
	}
	return nil
}

func (to *Publication) addSecrets(file string, found []secrets.DetectedSecret) {
	slices.SortFunc(found, func(a, b secrets.DetectedSecret) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Type, b.Type))
	})
	for _, s := range found {
		to.Secrets = append(to.Secrets, Secret{Kind: s.Type, File: filepath.Base(file), Key: s.Key})
	}
}

// contentFiles are the files of configs and secrets, sorted.
func (p *Project) contentFiles() []string {
	var files []string
	for _, c := range p.Configs {
		files = append(files, c.File)
	}
	for _, s := range p.Secrets {
		files = append(files, s.File)
	}
	slices.Sort(files)
	return slices.DeleteFunc(slices.Compact(files), func(path string) bool { return path == "" })
}

// withMaps is a compose file whose lists of KEY=VALUE are mappings, as only of those
// the keys are told. One that can't be read stays as it is.
func withMaps(content []byte) []byte {
	docs, err := parse("", "", content)
	if err != nil {
		return content
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	for _, doc := range docs {
		mapLists(doc.root)
		if err := encoder.Encode(doc.root); err != nil {
			return content
		}
	}
	return out.Bytes()
}

func mapLists(n *yaml.Node) {
	for _, c := range n.Content {
		mapLists(c)
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 || slices.ContainsFunc(n.Content, isNoPair) {
		return
	}
	mapping := mappingNode()
	for _, e := range n.Content {
		key, value, _ := strings.Cut(e.Value, "=")
		mapping.Content = append(mapping.Content, scalarNode(key), scalarNode(value))
	}
	*n = *mapping
}

// isNoPair tells an element that isn't KEY=VALUE.
func isNoPair(n *yaml.Node) bool {
	key, _, ok := strings.Cut(n.Value, "=")
	return n.Kind != yaml.ScalarNode || !ok || strings.ContainsAny(key, " \t/:")
}
