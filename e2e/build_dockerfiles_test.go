//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// samples are Dockerfiles by name, with what is expected of them.
type samples struct {
	names []string
	files map[string]string
}

func readSamples(t *testing.T) samples {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/dockerfiles.txtar")
	assert.NilError(t, err)
	s := samples{files: map[string]string{}}
	for _, f := range archive.Files {
		s.files[f.Name] = string(f.Data)
		if !strings.ContainsAny(f.Name, "./") {
			s.names = append(s.names, f.Name)
		}
	}
	return s
}

// lacks is what an engine's own frontend says of a sample that it can't build.
func (s samples) lacks(l *Lab, name string) string {
	if l.Generation != "20" {
		return ""
	}
	return strings.TrimSpace(s.files[name+".lacks"])
}

// project has a service for each sample.
func (s samples) project(t *testing.T, l *Lab) *Project {
	t.Helper()
	p := l.OnOneHost(t, l.Host(1), "services: {}\n")
	here := serveHosts(t, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(s.files["served"+r.URL.Path]))
	}))
	fill := strings.NewReplacer("HERE", here, "SUM", fmt.Sprintf("%x", sha256.Sum256([]byte(s.files["served/remote"]))))
	text := "secrets: {word: {environment: WORD}}\nservices:\n"
	for _, name := range s.names {
		more := ""
		if name == "named-context" { // engines that don't know these would refuse all else, too
			more = ", additional_contexts: {more: ./more}"
		}
		text += fmt.Sprintf("  %s: {build: {context: context, dockerfile: ../%s.Dockerfile, secrets: [word]%s}}\n", name, name, more)
		p.File(t, name+".Dockerfile", fill.Replace(s.files[name]))
	}
	for name, content := range s.files {
		if strings.HasPrefix(name, "context/") || strings.HasPrefix(name, "more/") {
			p.File(t, name, content)
		}
	}
	p.File(t, "context/packed.tar", packed(t))
	p.Write(t, text)
	p.environment = append(p.environment, "WORD=secret")
	return p
}

// What Dockerfiles can say is built, without a network and without any frontend
// but the engine's own; what that lacks is told, with the line.
func TestDockerfiles(t *testing.T) {
	s := readSamples(t)
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := s.project(t, l)
		all := []string{"build"}
		for _, name := range s.names {
			if s.lacks(l, name) == "" {
				all = append(all, name)
			}
		}
		p.Do(t, all...)
		for _, name := range s.names {
			t.Run(name, func(t *testing.T) {
				if lacks := s.lacks(l, name); lacks != "" {
					r := p.Try(t, "build", name)
					assert.Equal(t, r.Code, 1, "%s", r)
					assert.Assert(t, is.Contains(r.Stderr, lacks))
					assert.Assert(t, is.Contains(r.Stderr, "or build on a host with a newer engine"))
					return
				}
				assert.Equal(t, l.Host(1).Docker(t, "run", "--rm", p.Name+"-"+name), strings.TrimSpace(s.files[name+".want"]))
			})
		}
	})
}

func packed(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	assert.NilError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "inside", Size: 6, Mode: 0o644}))
	_, err := w.Write([]byte("inside"))
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	return b.String()
}
